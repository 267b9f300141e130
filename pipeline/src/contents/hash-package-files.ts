import type { InstalledPackage } from '../apk/installed.ts'
import { ownedFiles } from '../normalise/owned-files.ts'
import type { Progress } from '../progress.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import type { ContentReader } from './content-reader.ts'
import { digestContent } from './digest-content.ts'

export interface HashOptions {
  readonly packages: readonly InstalledPackage[]
  readonly reader: ContentReader
  readonly progress?: Pick<Progress, 'bytes'>
  readonly signal?: AbortSignal
}

/**
 * The hex SHA-1 of every regular file that a package owns, by the path of its `file` entry.
 * @throws PipelineError `FILE_FAILED` when a content cannot be read; the signal's reason.
 */
export async function hashPackageFiles(
  tree: Tree,
  { packages, reader, progress, signal }: HashOptions,
): Promise<Map<TreePath, string>> {
  const owned = [...ownedFiles(tree, packages)]
  const total = owned.reduce((sum, { size }) => sum + size, 0)
  const digests = new Map<TreePath, string>()
  let done = 0
  for (const entry of owned) {
    signal?.throwIfAborted()
    digests.set(entry.path, await digestContent(reader, entry, 'sha1'))
    done += entry.size
    progress?.bytes?.(done, total)
  }
  return digests
}
