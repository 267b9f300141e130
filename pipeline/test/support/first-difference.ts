import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { readTar } from '../../src/tar/read-tar.ts'

/** What differs first between two packed rootfs, in words that name the member; undefined when nothing does. */
export async function firstDifference(left: string, right: string): Promise<string | undefined> {
  const [a, b] = [await members(left), await members(right)]
  for (const path of [...new Set([...a.keys(), ...b.keys()])].toSorted()) {
    if (a.get(path) !== b.get(path)) return `${path}: ${a.get(path)} | ${b.get(path)}`
  }
  return undefined
}

async function members(file: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const { content, offset: _, ...header } of readTar(createReadStream(file).pipe(createGunzip()), {
    label: file,
  })) {
    const hash = createHash('sha256')
    for await (const part of content) hash.update(part)
    found.set(
      header.path,
      JSON.stringify({ ...header, xattrs: [...(header.xattrs ?? [])], sha256: hash.digest('hex') }),
    )
  }
  return found
}
