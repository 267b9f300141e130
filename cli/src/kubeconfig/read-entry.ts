import { currentContext, findEntries, serverOf } from './merged.ts'
import { isMarked } from './own-entries.ts'
import type { Kubeconfig } from './parse-kubeconfig.ts'

/** What the kubeconfig says of a cluster. */
export interface ClusterEntry {
  /** The file that has its context; undefined where none does. */
  readonly path: string | undefined
  /** Whether that context is one that kaweezle made. */
  readonly isOurs: boolean
  readonly isCurrent: boolean
  /** What the context leads to. */
  readonly server: string | undefined
}

/** Reads the context of a name as kubectl does, from all files together. */
export function entryIn(files: readonly Kubeconfig[], name: string): ClusterEntry {
  const [context] = findEntries(files, 'contexts', name)
  if (context === undefined) return { path: undefined, isOurs: false, isCurrent: false, server: undefined }
  return {
    path: context.file.path,
    isOurs: isMarked(context.entry, 'contexts'),
    isCurrent: currentContext(files) === name,
    server: serverOf(files, context.entry),
  }
}
