import { compareRootfs } from '../diff/compare.ts'
import type { SideFiles } from '../diff/find-side.ts'
import { readSide } from '../diff/read-side.ts'
import type { Difference } from '../diff/schema.ts'
import type { EventSink } from '../render/event.ts'
import { shownPath } from '../render/shown-path.ts'
import type { Run } from '../steps/run.ts'
import { step } from '../steps/step.ts'

/** The run of `diff`: the two to compare, and in the end what changed. */
export interface Comparison extends Run {
  readonly old: SideFiles
  readonly next: SideFiles
  difference: Difference | undefined
}

export function openComparison(old: SideFiles, next: SideFiles, signal: AbortSignal): Comparison {
  const sinks: EventSink[] = []
  return {
    old,
    next,
    signal,
    difference: undefined,
    emit(event) {
      for (const sink of sinks) sink(event)
    },
    listen: (sink) => void sinks.push(sink),
  }
}

/** Reads both and compares them. */
export const compare = step<Comparison>({
  name: 'diff',
  title: 'Compare two root filesystems',
  async run(comparison, progress) {
    const { old, next, signal } = comparison
    const read = (files: SideFiles) => {
      progress.line(`reading ${shownPath(files.rootfs ?? files.manifest)}`)
      return readSide(files, { progress, signal })
    }
    const before = await read(old)
    const after = await read(next)
    comparison.difference = compareRootfs(before, after)
    return { done: `${shownPath(old.manifest)} and ${shownPath(next.manifest)}` }
  },
})
