import { rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { chooseKey } from '../agent/choose-key.ts'
import { architectures } from '../architecture.ts'
import { PipelineError } from '../errors.ts'
import { findRelease, type Release } from '../rebuild/find-release.ts'
import { rebuildSteps } from '../rebuild/steps.ts'
import { shownPath } from '../render/shown-path.ts'
import { type BuildOptions, openBuild } from '../steps/build.ts'
import { orFileError } from '../store/file-error.ts'
import type { Command, CommandContext } from './command.ts'
import { displayFlags } from './display-flags.ts'
import { describeFlags, type FlagTable, type FlagValues, parseWords } from './flags.ts'
import { runSteps } from './run-steps.ts'
import { parseSourceOptions, sourceFlags } from './source-flags.ts'

const flags = {
  recipe: { ...sourceFlags.recipe, help: 'what it was built from, with its locks (rootfs/rootfs.yaml)' },
  arch: { type: 'string', choices: architectures, help: 'which one of a folder with several' },
  engine: sourceFlags.engine,
  'registry-mirror': sourceFlags['registry-mirror'],
  'manifest-mirror': sourceFlags['manifest-mirror'],
  cache: sourceFlags.cache,
  out: { type: 'string', value: 'DIR', help: 'keep what was built there (it is removed)' },
  offline: { type: 'boolean', help: 'never connect: what the cache does not have is missing' },
  'agent-key': {
    type: 'string',
    value: 'FILE',
    help: "the private key that signs the agent's packages; none of it is in\nthe root filesystem (that of the user)",
  },
  ...displayFlags,
} as const satisfies FlagTable

const summary = 'Builds a release again from its own packages, and tells whether the bytes are the same.'

/** `npm run rebuild`: builds a published release again and compares. */
export const rebuild: Command = {
  call: 'npm run rebuild',
  summary,
  run,
  help: () => `${summary}

  npm run rebuild -- RELEASE [flags]

RELEASE is a folder with rootfs.tar.gz, rootfs.manifest.json and packages.tar, or that rootfs.tar.gz. Recipe, overlay,
locks and agent are those of this checkout: check out the commit that the release was built from. Nothing that an
earlier build made is taken but downloads, each of which is held against its lock.

${describeFlags(flags)}

Exit status: 0 the same; 1 the build failed; 2 the command line or the recipe is wrong; 3 the release differs, and the
first member that does is named, or it was built from something else; 4 an upstream cannot be reached; 130 interrupted.

Examples
  npm run rebuild -- release-1.2.0
  npm run rebuild -- release-1.2.0 --arch aarch64 --offline --out again
`,
}

async function run(argv: readonly string[], { signal, display }: CommandContext): Promise<void> {
  const { values, words } = parseWords(argv, flags, ['RELEASE'])
  const release = await findRelease(resolve(words[0] ?? ''), values.arch)
  const options = buildOptions(values, release)
  assertElsewhere(options.out, release)
  await using run = await openBuild(options, signal)
  // While the cache is held, and before it is let go: the folder in it has one name.
  const isKept = values.out !== undefined
  await using folder = isKept ? undefined : await emptyFolder(options.out)
  await runSteps(run, rebuildSteps(release), display)
  const { sha256 } = release.manifest.files.rootfs
  const kept = folder === undefined ? `; built again in ${shownPath(options.out)}` : ''
  if (display.renderer !== 'json')
    display.result(`${shownPath(release.rootfs)} is reproducible: ${sha256}${kept}\n`)
}

function buildOptions(values: FlagValues<typeof flags>, { manifest, packages }: Release): BuildOptions {
  const sources = parseSourceOptions({ ...values, arch: manifest.architecture, mirror: packages })
  return {
    ...sources,
    out: values.out === undefined ? join(sources.cache, 'rebuild') : resolve(values.out),
    offline: values.offline ?? false,
    locked: true,
    withImages: manifest.images.length > 0,
    agentKey: chooseKey(values['agent-key'], process.env),
    version: manifest.version,
    sourceDateEpoch: manifest.sourceDate.epoch,
    since: undefined,
  }
}

/** @throws PipelineError `USAGE` when what is built would take the place of what it is held against. */
function assertElsewhere(out: string, { rootfs, packages }: Release): void {
  if (![rootfs, packages].some((file) => dirname(file) === out)) return
  throw new PipelineError('USAGE', `--out ${shownPath(out)} is the folder of the release`, {
    hint: 'Name another folder.',
  })
}

/** Removes what a killed run left there; disposing of it removes what this one writes. */
async function emptyFolder(path: string): Promise<AsyncDisposable> {
  const remove = () => orFileError(path, () => rm(path, { recursive: true, force: true }))
  await remove()
  return { [Symbol.asyncDispose]: remove }
}
