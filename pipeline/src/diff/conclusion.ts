import type { Difference } from './schema.ts'

/** What is compared, in words of ours: names and versions as the manifests have them. */
export function titleOf({ old, new: next }: Difference): { old: string; new: string } {
  const isOneName = old.name === next.name
  const title = ({ name, version, architecture }: Difference['old']) =>
    `${name} ${version}${isOneName && old.architecture === next.architecture ? '' : ` ${architecture}`}`
  return { old: title(old), new: title(next) }
}

/** Sentences that a list of changes cannot tell: that there are none, and what nobody looked at. */
export function conclusionOf({ equal, bytes, notCompared, files, old, new: next }: Difference): string[] {
  const sides = [...(old.read === 'manifest' ? ['OLD'] : []), ...(next.read === 'manifest' ? ['NEW'] : [])]
  const what = sides.length === 2 ? 'OLD and NEW are manifests' : `${sides[0]} is a manifest`
  return [
    ...(equal ? [sameness(bytes, files)] : []),
    ...(notCompared.length === 0 ? [] : [`not compared: ${notCompared.join(', ')} (${what} alone)`]),
  ]
}

function sameness(bytes: Difference['bytes'], files: Difference['files']): string {
  if (bytes === 'same') return 'nothing changed'
  if (bytes === 'packed') return 'nothing changed: the same tar, compressed to other bytes'
  if (files === null)
    return 'nothing changed in the manifests, but the root filesystems are not the same bytes'
  return 'nothing changed but times, or the order of the archive'
}
