import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const sources = ['/usr/lib', '/usr/share', '/usr/bin', '/usr/include']
const wanted = { files: 35_000, bytes: 1e9 }

/** How far the bytes may run ahead of the files, so that large files find a place without crowding out small ones. */
const lead = 64 * 1024 * 1024

/**
 * Makes, once, a folder of about 1 GB in 35,000 files in the temp folder, and returns its path.
 * The files are copies of this machine's own programs, libraries and texts, taken in the order of the SHA-256
 * of their paths, so that the same machine always gives the same sample. Where the machine has too few, they
 * are copied again under another name; deflate cannot see back that far, so a copy is compressed like new.
 */
export async function sampleFolder(): Promise<string> {
  const root = join(tmpdir(), 'kaweezle-bench-sample')
  const complete = `${root}.complete`
  if (existsSync(complete)) return root
  await rm(root, { recursive: true, force: true })
  const candidates = await regularFiles()
  let files = 0
  let bytes = 0
  for (let round = 0; files < wanted.files || bytes < wanted.bytes * 0.95; round++) {
    for (const { path, size } of candidates) {
      if (files >= wanted.files && bytes >= wanted.bytes * 0.95) break
      if (bytes + size > (files / wanted.files) * wanted.bytes + lead) continue
      const copy = join(root, `copy-${round}`, path)
      await mkdir(dirname(copy), { recursive: true })
      await copyFile(path, copy)
      files += 1
      bytes += size
    }
  }
  await writeFile(complete, '')
  return root
}

async function regularFiles(): Promise<{ path: string; size: number }[]> {
  const found: { path: string; size: number; key: string }[] = []
  for (const source of sources.filter((folder) => existsSync(folder))) {
    for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      found.push({
        path,
        size: (await stat(path)).size,
        key: createHash('sha256').update(path).digest('hex'),
      })
    }
  }
  if (found.length < 1000) throw new Error(`Too few files in ${sources.join(', ')} to make a sample of`)
  return found.sort((a, b) => (a.key < b.key ? -1 : 1))
}
