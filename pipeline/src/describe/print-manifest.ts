import { type RootfsManifest, rootfsManifest } from './manifest.ts'

/** The one text of a manifest: the schema's order of keys, two spaces, a final line end. Throws when it breaks the schema. */
export function printManifest(manifest: RootfsManifest): string {
  return `${JSON.stringify(rootfsManifest.parse(manifest), null, 2)}\n`
}
