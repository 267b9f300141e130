import { digestContent } from '../contents/digest-content.ts'
import type { TreePath } from '../tree/entry.ts'
import { byteString, displayPath, isTreePath } from '../tree/path.ts'
import { resolvePath } from '../tree/resolve.ts'
import type { RootfsView } from './rootfs-view.ts'

/** A line for every vendored manifest that is not in the rootfs as its publisher made it. */
export async function checkManifests({ manifest, tree, reader, signal }: RootfsView): Promise<string[]> {
  const faults: string[] = []
  for (const { name, path, size, sha256 } of manifest.manifests) {
    signal.throwIfAborted()
    const shown = `${name} at ${displayPath(byteString(path))}`
    const place = placeOfManifest(path)
    const file = place === undefined ? undefined : resolvePath(tree, place)
    if (file?.type !== 'file') faults.push(`${shown} is missing, or not a file`)
    else if (file.size !== size) faults.push(`${shown} has ${file.size} bytes, not ${size}`)
    else {
      const found = await digestContent(reader, file, 'sha256')
      if (found !== sha256) faults.push(`${shown} has sha256 ${found}, not ${sha256}`)
    }
  }
  return faults
}

/** Where a manifest's path leads in the tree; undefined when it is no absolute path in the one way to write it. */
export function placeOfManifest(path: string): TreePath | undefined {
  const place = byteString(path.slice(1))
  return path.startsWith('/') && isTreePath(place) ? place : undefined
}
