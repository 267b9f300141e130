import { PipelineError } from '../errors.ts'
import { shownPath } from '../render/shown-path.ts'
import { lockSteps } from '../steps/lock-steps.ts'
import { openLocking } from '../steps/locking.ts'
import { commitText } from '../store/commit.ts'
import type { Command, CommandContext } from './command.ts'
import { displayFlags } from './display-flags.ts'
import { describeFlags, type FlagTable, parseFlags } from './flags.ts'
import { runSteps } from './run-steps.ts'
import { parseSourceOptions, sourceFlags } from './source-flags.ts'

const flags = {
  ...sourceFlags,
  arch: { ...sourceFlags.arch, help: 'only this architecture (all of the recipe)' },
  check: { type: 'boolean', help: 'write nothing; exit 3 when a lock would change' },
  'accept-moved': {
    type: 'boolean',
    help: 'take other bytes under the tag of an image or manifest that is locked',
  },
  ...displayFlags,
} as const satisfies FlagTable

/** `npm run lock`: finds out what the recipe means today, writes its locks, and prints what moves. */
export const lock: Command = {
  call: 'npm run lock',
  summary: 'Pins every package, manifest and image that a recipe means today, and prints what moves.',
  run,
  help: () => `Resolves a recipe against its sources, pins every package, manifest and image, and prints what moves.

  npm run lock -- [flags]

${describeFlags(flags)}

Indexes are believed only where a key of the base or of the recipe signed them. The real apk of the base chooses
the packages, in a sandbox without a network; there, kubeadm lists the images it needs and kubectl renders the base
kustomization. Registries are asked with the credentials of Docker's configuration file.

Exit status: 0 done; 1 failed; 2 the command line or the recipe is wrong; 3 a lock is stale (--check), a
tag moved, or a checksum or signature does not match; 4 an upstream cannot be reached; 130 interrupted.

Examples
  npm run lock -- --recipe rootfs/minimal.yaml
  npm run lock -- --recipe rootfs/minimal.yaml --arch x86_64 --check
`,
}

async function run(argv: readonly string[], { signal, display }: CommandContext): Promise<void> {
  const values = parseFlags(argv, flags)
  const options = {
    ...parseSourceOptions(values),
    offline: false,
    onlyArchitecture: values.arch !== undefined,
    acceptMoved: values['accept-moved'] ?? false,
  }
  await using run = await openLocking(options, signal)
  await runSteps(run, lockSteps, display)

  const { changes } = run
  const text = changes.length === 0 ? 'Nothing moves.\n' : changes.map(({ diff }) => diff).join('')
  const isCheck = values.check === true
  if (!isCheck) for (const { file, text } of changes) await commitText(file, text)
  if (display.renderer !== 'json') display.result(text)
  else run.emit({ time: Date.now(), step: 'lock', event: 'progress', message: text })
  if (isCheck && changes.length > 0) {
    const files = changes.map(({ file }) => shownPath(file)).join(', ')
    throw new PipelineError('LOCK_STALE', `${files} ${changes.length === 1 ? 'is' : 'are'} stale`, {
      hint: 'Run `npm run lock` for this recipe and commit the lock.',
    })
  }
}
