import { createReadStream, createWriteStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { extract, type Header, pack } from 'tar-stream'
import { mirrorFolder } from './mirror.ts'

/** The genuine minirootfs of the miniature mirror. */
export async function minirootfs(architecture: string): Promise<string> {
  const folder = join(mirrorFolder, 'v3.19/releases', architecture)
  const name = (await readdir(folder)).find((file) => /^alpine-minirootfs-.*\.tar\.gz$/.test(file))
  if (!name) throw new Error(`No minirootfs in ${folder}`)
  return join(folder, name)
}

/** Writes `file`: the genuine x86_64 minirootfs, with `changes` in place of or after its own entries. */
export async function writeBase(
  file: string,
  changes: readonly (Partial<Header> & { readonly name: string; readonly text?: string })[],
): Promise<void> {
  const archive = pack()
  const writing = pipeline(archive, createGzip({ level: 1 }), createWriteStream(file))
  const reader = extract()
  const reading = pipeline(createReadStream(await minirootfs('x86_64')), createGunzip(), reader)
  for await (const entry of reader) {
    if (changes.some(({ name }) => `./${name}` === entry.header.name)) entry.resume()
    else await pipeline(entry, archive.entry(entry.header))
  }
  await reading
  for (const { text, ...header } of changes) archive.entry(header, text ?? '')
  archive.finalize()
  await writing
}
