import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import semver from 'semver'
import { chooseKey } from '../agent/choose-key.ts'
import { PipelineError } from '../errors.ts'
import { type BuildOptions, openBuild } from '../steps/build.ts'
import { buildSteps } from '../steps/index.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'
import type { Command, CommandContext } from './command.ts'
import { displayFlags } from './display-flags.ts'
import { findFormer } from './find-former.ts'
import { describeFlags, type FlagTable, parseFlags } from './flags.ts'
import { runSteps } from './run-steps.ts'
import { parseSourceOptions, sourceFlags } from './source-flags.ts'

const flags = {
  ...sourceFlags,
  out: { type: 'string', value: 'DIR', help: 'where the finished files go (dist)' },
  offline: { type: 'boolean', help: 'never connect: everything comes from the cache' },
  locked: { type: 'boolean', help: 'fail where a lock is missing, instead of writing one' },
  'no-images': { type: 'boolean', help: 'leave the container images out' },
  'agent-key': {
    type: 'string',
    value: 'FILE',
    help: "the private key that signs the agent's packages (one in the user's\nconfiguration folder, made when first needed)",
  },
  'rootfs-version': { type: 'string', value: 'V', help: 'the version written into the manifest (0.0.0-dev)' },
  since: {
    type: 'string',
    value: 'DIR|FILE',
    help: 'the former build or release that report.html tells the changes since',
  },
  ...displayFlags,
} as const satisfies FlagTable

const summary = 'Builds a root filesystem from a recipe: one packed, verified file.'

/** `npm run build-rootfs`: builds a rootfs and prints the path of the finished file. */
export const build: Command = {
  call: 'npm run build-rootfs',
  summary,
  run,
  help: () => `${summary}

  npm run build-rootfs -- [flags]

${describeFlags(flags)}

KAWEEZLE_AGENT_KEY names that key's file too, and KAWEEZLE_AGENT_KEY_PEM is the key itself.
SOURCE_DATE_EPOCH sets the newest time in the image (default: that of the newest package).
HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured, and so is DOCKER_HOST.

Exit status: 0 done; 1 the build failed; 2 the command line or the recipe is wrong; 3 a lock, checksum or
signature does not match; 4 an upstream cannot be reached; 130 interrupted.

Examples
  npm run build-rootfs -- --recipe rootfs/minimal.yaml
      a small OpenRC system from the live mirror
  npm run build-rootfs -- --mirror /srv/alpine --engine namespace --locked
      the Kubernetes rootfs from a local mirror, without Docker, exactly as locked
  npm run build-rootfs -- --mirror packages.tar --locked
      the same bytes again, from the packages of a release
  npm run build-rootfs -- --since release-1.2.0
      with a report that tells what changed since that release
`,
}

async function run(argv: readonly string[], { signal, display }: CommandContext): Promise<void> {
  const options = await parseBuildOptions(argv)
  await assertFolderOrNothing(options.out)
  await using run = await openBuild(options, signal)
  await runSteps(run, buildSteps, display)
  if (display.renderer !== 'json') display.result(`${run.outputs.rootfs}\n`)
}

async function parseBuildOptions(argv: readonly string[]): Promise<BuildOptions> {
  const values = parseFlags(argv, flags)
  const sources = parseSourceOptions(values)
  const out = resolve(values.out ?? 'dist')
  return {
    ...sources,
    out,
    since: values.since === undefined ? undefined : await findFormer(values.since, { ...sources, out }),
    offline: values.offline ?? false,
    locked: values.locked ?? false,
    withImages: values['no-images'] !== true,
    agentKey: chooseKey(values['agent-key'], process.env),
    version: parseVersion(values['rootfs-version'] ?? '0.0.0-dev'),
    sourceDateEpoch: parseSourceDateEpoch(process.env['SOURCE_DATE_EPOCH']),
  }
}

function parseVersion(text: string): string {
  // semver also takes ' v1.2.3'; the manifest holds the one plain form.
  if (semver.valid(text) !== null && /^\d.*\S$/.test(text)) return text
  throw new PipelineError('USAGE', `--rootfs-version cannot be '${text}'`, {
    hint: 'Use a semantic version, e.g. 1.2.3.',
  })
}

// The largest time that a tar header's eleven octal digits can hold.
const latestEpoch = 0o77777777777

/** https://reproducible-builds.org/specs/source-date-epoch/ */
function parseSourceDateEpoch(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const epoch = /^\d{1,11}$/.test(text) ? Number(text) : Number.NaN
  if (epoch <= latestEpoch) return epoch
  throw new PipelineError('USAGE', `SOURCE_DATE_EPOCH cannot be '${text}'`, {
    hint: `Use whole seconds since 1970, at most ${latestEpoch}.`,
  })
}

/** Said now, and not when everything is built. */
async function assertFolderOrNothing(path: string): Promise<void> {
  const isFolder = await orFileError(path, () => isFolderIfThere(path))
  if (isFolder !== false) return
  throw new PipelineError('USAGE', `--out ${path} is not a folder`, {
    hint: 'Name a folder, or a path where one can be made.',
  })
}

async function isFolderIfThere(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
}
