import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import semver from 'semver'
import { KaweezleError } from '../src/errors.ts'
import { schemas } from '../src/settings/schemas.ts'
import { settingsTable } from '../src/settings/table.ts'
import { type Form, forms, type PackageCliOptions } from './package-cli.ts'

const ownRepository = settingsTable.repository.byDefault

export const packageHelp = `Packages the CLI: for npm, and as single executables.

  npm run package-cli -- [flags]

  --out DIR                where the files land (dist)
  --version V              of the release, and what the program says of itself (that of cli/package.json)
  --repository OWNER/NAME  whose releases Scoop and winget fetch from (${ownRepository})
  --tag T                  of the release there (v and the version)
  --only FORM[,FORM]…      ${forms.join(', ')} (all)
  -h, --help               print this

The executables need \`npm ci --prefix cli/build/node-24\` once.
`

/**
 * What the command line asks for; undefined for help.
 * @param ownVersion for where it names none
 * @throws KaweezleError `USAGE`
 */
export function packageOptions(
  argv: readonly string[],
  ownVersion: string,
): Omit<PackageCliOptions, 'onFile'> | undefined {
  const { out, help, ...values } = parse(argv)
  if (help === true) return undefined
  const { version = ownVersion, repository = ownRepository, only = forms.join(',') } = values
  const { tag = `v${version}` } = values
  if (semver.valid(version) !== version) throw usage('--version', version, 'a version like 1.2.3')
  if (!schemas.repository.safeParse(repository).success) throw usage('--repository', repository, 'OWNER/NAME')
  // It gets into addresses.
  if (!/^[\w.+-]+$/.test(tag)) throw usage('--tag', tag, 'a tag like v1.2.3')
  return { out: resolve(out ?? 'dist'), version, repository, tag, only: new Set(only.split(',').map(asForm)) }
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const options = {
    ...{ out: text, version: text, repository: text, tag: text, only: text },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    return parseArgs({ args: [...argv], options }).values
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new KaweezleError('USAGE', error.message, { hint })
  }
}

const hint = 'See `npm run package-cli -- --help`.'

function asForm(word: string): Form {
  const form = forms.find((one) => one === word)
  if (form === undefined) throw usage('--only', word, `of ${forms.join(', ')}`)
  return form
}

function usage(flag: string, value: string, expected: string): KaweezleError {
  return new KaweezleError('USAGE', `${flag} is '${value}', and has to be ${expected}`, { hint })
}
