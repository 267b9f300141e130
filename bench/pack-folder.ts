import { ContentReader } from '../pipeline/src/contents/content-reader.ts'
import { packTree } from '../pipeline/src/pack/pack-tree.ts'
import { folderTree } from './folder-tree.ts'

const [folder, destination] = process.argv.slice(2)
if (folder === undefined || destination === undefined) throw new Error('usage: pack-folder.ts FOLDER FILE')

using reader = new ContentReader()
await packTree(folderTree(folder), { reader, destination, signal: new AbortController().signal })
