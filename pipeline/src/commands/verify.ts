import { resolve } from 'node:path'
import { PipelineError } from '../errors.ts'
import { findFinished } from '../inspect/finished-files.ts'
import { loadRecipe } from '../load/load-recipe.ts'
import { defaultCacheFolder } from '../store/default-cache-folder.ts'
import { rules } from '../verify/index.ts'
import type { Command, CommandContext } from './command.ts'
import { displayFlags } from './display-flags.ts'
import { describeFlags, type FlagTable, parseArguments } from './flags.ts'
import { runSteps } from './run-steps.ts'
import { sourceFlags } from './source-flags.ts'
import { inspect, Verification } from './verification.ts'

const flags = {
  manifest: { type: 'string', value: 'FILE', help: 'the manifest, where it is not beside FILE' },
  recipe: {
    type: 'string',
    value: 'FILE',
    help: 'what it was built from: checks the rules that need it, too',
  },
  cache: { ...sourceFlags.cache, help: "where FILE is unpacked meanwhile (the user's cache folder)" },
  ...displayFlags,
} as const satisfies FlagTable

const word = 'FILE or DIR'

/** `npm run verify`: holds finished root filesystems against their manifests and the rules. */
export const verify: Command = {
  call: 'npm run verify',
  summary: 'Checks a finished root filesystem from outside: bytes, packages, images and rules.',
  run,
  help: () => `Checks a finished root filesystem from outside, against its manifest and its own data.

  npm run verify -- FILE|DIR [flags]

FILE is a rootfs.tar.gz, its tar, or its .wsl file, beside which are its .manifest.json and .tar.gz.sha256. DIR has one
or more of them, as a build writes them.

${describeFlags(flags)}

Checked are: size and sha256 of the file and of the tar inside; the packages, both ways, against apk's database;
every image, each layer's tar put together again from the store; upstream's manifests; the files beside it that its
.provenance.json names, where there is one; and these rules (docs/rules.md):

${wrap(rules.filter(({ needs }) => needs === undefined).map(({ name }) => name))}

Other rules have to know what the recipe wrote and allows, and run with --recipe only:

${wrap(rules.filter(({ needs }) => needs !== undefined).map(({ name }) => name))}

Exit status: 0 done; 1 a file cannot be read or written; 2 the command line or the recipe is wrong; 3 something is
not as it should be, and all of it is listed; 130 interrupted.

Examples
  npm run verify -- dist
  npm run verify -- dist/rootfs.tar.gz --recipe rootfs/minimal.yaml
`,
}

async function run(argv: readonly string[], { signal, display }: CommandContext): Promise<void> {
  const { values, word: path } = parseArguments(argv, flags, word)
  if (path === undefined)
    throw new PipelineError('USAGE', 'nothing to verify was named', {
      hint: 'Name a rootfs.tar.gz, or a folder with one: npm run verify -- dist.',
    })
  const targets = await findFinished(resolve(path), values.manifest && resolve(values.manifest))
  const recipe = values.recipe === undefined ? undefined : await loadRecipe(resolve(values.recipe))
  const cache = values.cache ? resolve(values.cache) : defaultCacheFolder(process.env, process.platform)
  const verification = new Verification(targets, { recipe, cache, signal })
  await runSteps(verification, [inspect], display)
  if (display.renderer !== 'json') display.result(verification.summary)
}

function wrap(names: readonly string[]): string {
  const lines = ['']
  for (const name of names) {
    const last = lines.at(-1) ?? ''
    if (last.length + name.length > 100) lines.push(`  ${name}`)
    else lines[lines.length - 1] = last === '' ? `  ${name}` : `${last}, ${name}`
  }
  return lines.join(',\n')
}
