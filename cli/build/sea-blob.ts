import { execFile } from 'node:child_process'
import { appendFile, copyFile, readdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { licensesName } from '@kaweezle/program-kit/third-party-licenses.ts'
import { bundleCli } from './bundle.ts'
import { assertSameNode, nodeLicense } from './node-binaries.ts'

/** What Node looks for when it starts: the name of the blob, and the mark whose last digit says that there is one. */
export const blobName = 'NODE_SEA_BLOB'
export const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

export interface SeaBlob {
  /** Of the blob. */
  readonly path: string
  /** Of the licences of all that others wrote of an executable. */
  readonly licenses: string
}

const main = 'executable-main.cjs'

/**
 * Makes what makes a single executable of Node, the same for all systems
 * (https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html).
 * @param folder an empty one, for the files
 */
export async function seaBlob(version: string, folder: string): Promise<SeaBlob> {
  await assertSameNode()
  await bundleCli({ folder, version })
  const licenses = join(folder, licensesName)
  await appendFile(licenses, `\n${'-'.repeat(80)}\n\nNode.js\n\n${await nodeLicense()}`)
  // The licences, too: an executable is handed on alone.
  const assets = (await filesBelow(folder)).map((path) => [basename(path), path])
  await copyFile(join(import.meta.dirname, main), join(folder, main))
  const config = {
    // These paths get into the blob: they are relative, so that the folder does not.
    main,
    output: 'blob',
    disableExperimentalSEAWarning: true,
    // What other programs of the user need of Node is no matter of this one.
    execArgvExtension: 'none',
    assets: Object.fromEntries(assets),
  }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  const args = ['--experimental-sea-config', 'config.json']
  await promisify(execFile)(process.execPath, args, { cwd: folder })
  return { path: join(folder, config.output), licenses }
}

/** By paths that are relative to the folder, in order. */
async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter((name) => /\.(cjs|txt)$/.test(name)).sort()
}
