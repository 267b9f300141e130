import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ContentReader } from '../../src/contents/content-reader.ts'
import { parseImageReference } from '../../src/oci/reference.ts'
import { storageTree } from '../../src/oci/storage-tree.ts'
import { verifyStorage } from '../../src/oci/verify-storage.ts'
import { archiveTree } from '../../src/pack/archive-tree.ts'
import { loadImages } from '../../src/preload/load-images.ts'
import { openStore } from '../../src/store/store.ts'
import type { TreePath } from '../../src/tree/entry.ts'

/** Makes, packs and verifies the storage of one image as a process of its own, and prints its peak memory in KiB. */
const [layout, cache, reference] = parseArgs({ allowPositionals: true }).positionals
if (!layout || !cache || !reference) throw new Error('layout, cache folder and reference')

const store = await openStore(cache)
const references = [parseImageReference(reference)]
const openBlob = (digest: string) => createReadStream(join(layout, 'blobs/sha256', digest))
const images = await loadImages(references, { store, architecture: 'x86_64', openBlob })
using reader = new ContentReader()
const options = { at: 'storage' as TreePath, epoch: 0, open: reader.open.bind(reader) }
const tree = storageTree(images, options)
const { signal } = new AbortController()
await archiveTree(tree, { reader, destination: join(cache, 'storage.tar'), signal })
const faults = await verifyStorage(tree, references, options)
if (faults.length > 0) throw new Error(faults.join('\n'))
// Not `resourceUsage().maxRSS`: that of the process which forked this one counts there.
process.stdout.write(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '')
