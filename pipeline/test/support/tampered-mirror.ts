import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mirrorFolder } from './mirror.ts'

/** A copy of the miniature mirror, by links, in which one file is another: `change` makes it from the genuine one. */
export async function tamperedMirror(
  folder: string,
  file: string,
  change: (bytes: Buffer) => Buffer,
): Promise<string> {
  const mirror = join(folder, 'mirror')
  await rm(mirror, { recursive: true, force: true })
  for (const entry of await readdir(mirrorFolder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const genuine = join(entry.parentPath, entry.name)
    const link = join(mirror, genuine.slice(mirrorFolder.length))
    await mkdir(dirname(link), { recursive: true })
    await symlink(genuine, link)
  }
  const target = join(mirror, file)
  const genuine = await readFile(target)
  await rm(target)
  await writeFile(target, change(genuine))
  return mirror
}

/** Flips one bit of the byte at `fraction` of the file. */
export function flipAt(fraction: number): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const flipped = Buffer.from(bytes)
    const offset = Math.min(bytes.length - 1, Math.floor(bytes.length * fraction))
    flipped[offset] = (flipped[offset] ?? 0) ^ 0x10
    return flipped
  }
}

/** Cuts the file at `fraction`. */
export function cutAt(fraction: number): (bytes: Buffer) => Buffer {
  return (bytes) => bytes.subarray(0, Math.floor(bytes.length * fraction))
}
