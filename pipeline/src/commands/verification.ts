import { PipelineError } from '../errors.ts'
import { rulesFor } from '../inspect/check-rules.ts'
import type { FinishedFiles } from '../inspect/finished-files.ts'
import { inspectRootfs } from '../inspect/inspect-rootfs.ts'
import { summarise } from '../inspect/summary.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { EventSink } from '../render/event.ts'
import { shownPath } from '../render/shown-path.ts'
import type { Run } from '../steps/run.ts'
import { step } from '../steps/step.ts'
import { acquireBuildLock } from '../store/build-lock.ts'
import { removeLeftovers } from '../store/leftovers.ts'
import { openStore } from '../store/store.ts'
import { byteString, displayPath } from '../tree/path.ts'

interface VerificationOptions {
  readonly recipe: LoadedRecipe | undefined
  readonly cache: string
  readonly signal: AbortSignal
}

/** The run of `verify`: what it is to look at, and what it has to say of it in the end. */
export class Verification implements Run {
  readonly targets: readonly FinishedFiles[]
  readonly options: VerificationOptions
  readonly signal: AbortSignal
  summary = ''
  readonly #sinks: EventSink[] = []

  constructor(targets: readonly FinishedFiles[], options: VerificationOptions) {
    this.targets = targets
    this.options = options
    this.signal = options.signal
  }

  emit: EventSink = (event) => {
    for (const sink of this.#sinks) sink(event)
  }

  listen(sink: EventSink): void {
    this.#sinks.push(sink)
  }
}

/** Looks at every target, and tells of all together. */
export const inspect = step<Verification>({
  name: 'verify',
  title: 'Hold what is finished against its manifest and the rules',
  async run(verification, progress) {
    const { targets, signal } = verification
    const { cache, recipe } = verification.options
    const onWait = () => progress.line(`waiting for another build to leave ${cache}`)
    using _ = await acquireBuildLock(cache, { signal, onWait })
    const { workFolder } = await openStore(cache)
    // What a killed run left: a whole tar.
    await removeLeftovers(workFolder)
    const lines: string[] = []
    for (const files of targets) {
      const name = shownPath(files.rootfs)
      const { manifest, findings } = await inspectRootfs(files, { workFolder, recipe, progress, signal })
      if (manifest !== undefined && findings.length === 0)
        verification.summary += summarise(name, manifest, rulesFor(recipe))
      const prefix = targets.length > 1 ? `${name}: ` : ''
      lines.push(...findings.map(({ rule, message }) => `\n  ${prefix}${rule}: ${oneLine(message)}`))
    }
    if (lines.length === 0) return { done: targets.map(({ rootfs }) => shownPath(rootfs)).join(', ') }
    const what = targets.length > 1 ? 'what was built' : shownPath(targets[0]?.rootfs ?? '')
    throw new PipelineError('POLICY_VIOLATION', `${what} is not as it should be:${lines.join('')}`, {
      hint: 'Do not use it: build or download it again. docs/rules.md explains each rule.',
    })
  },
})

/** What a manifest or an archive says may not look like a finding of its own. */
function oneLine(message: string): string {
  return displayPath(byteString(message))
}
