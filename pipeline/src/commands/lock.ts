import { PipelineError } from '../errors.ts'
import { diffPackagesLock } from '../locks/diff.ts'
import { printPackagesLock } from '../locks/print.ts'
import { renderLockDiff } from '../locks/render-diff.ts'
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
  check: { type: 'boolean', help: 'write nothing; exit 3 when the lock would change' },
  ...displayFlags,
} as const satisfies FlagTable

/** `npm run lock`: finds out what the recipe means today, writes its lock, and prints what moves. */
export const lock: Command = {
  call: 'npm run lock',
  summary: 'Pins the base and every package that a recipe means today, and prints what moves.',
  run,
  help: () => `Resolves a recipe against the mirror, pins the base and every package, and prints what moves.

  npm run lock -- [flags]

${describeFlags(flags)}

Indexes are believed only where a key of the base or of the recipe signed them. The real apk of the base chooses
the packages, in a sandbox without a network.

Exit status: 0 done; 1 failed; 2 the command line or the recipe is wrong; 3 the lock is stale (--check), or a
checksum or signature does not match; 4 an upstream cannot be reached; 130 interrupted.

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
  }
  await using run = await openLocking(options, signal)
  await runSteps(run, lockSteps, display)
  const { file, before, after } = run.outcome
  const diff = diffPackagesLock(before, after)
  const text = renderLockDiff(diff)
  const stale = values.check === true && diff.length > 0
  if (diff.length > 0 && !stale) await commitText(file, printPackagesLock(after))
  if (display.renderer !== 'json') display.result(text)
  else run.emit({ time: Date.now(), step: 'lock', event: 'progress', message: text })
  if (stale) {
    throw new PipelineError('LOCK_STALE', `${shownPath(file)} is stale`, {
      hint: 'Run `npm run lock` for this recipe and commit the lock.',
    })
  }
}
