import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { nodeBinary, type System } from './node-binaries.ts'
import { blobName, fuse, type SeaBlob } from './sea-blob.ts'

const postject = createRequire(import.meta.url).resolve('postject/dist/cli.js')

/**
 * Writes Node for Linux with the blob in it, as one ELF file.
 * @param folder for the file
 * @returns its path
 */
export async function linuxProgram(system: System, blob: SeaBlob, folder: string): Promise<string> {
  const path = join(folder, `program-${system}`)
  await writeFile(path, await nodeBinary(system), { mode: 0o755 })
  // In a process of its own: it takes a gigabyte, which WebAssembly does not give back, and warns of harmless things.
  const args = [postject, path, blobName, blob.path, '--sentinel-fuse', fuse]
  await promisify(execFile)(process.execPath, args)
  return path
}
