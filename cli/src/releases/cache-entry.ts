import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { architectures } from '@kaweezle/release-format/architecture.ts'
import { checksumsFile, releaseFiles, signatureFile } from '@kaweezle/release-format/release-files.ts'
import * as z from 'zod'
import { isSystemError, orFileError } from '../files/file-error.ts'
import { replaceFile } from '../files/replace-file.ts'
import { hashFile } from './hash-file.ts'
import type { Release } from './release.ts'

/** What a file looked like when its digest was right. The system sets the change time: no program can put it back. */
const stamp = z.object({ size: z.string(), modified: z.string(), changed: z.string(), inode: z.string() })

const entryRecord = z.object({
  schema: z.literal(1),
  version: z.string(),
  tag: z.string().optional(),
  origin: z.string(),
  architecture: z.enum(architectures),
  stamp,
})

export type EntryRecord = z.infer<typeof entryRecord>

const recordFile = 'entry.json'

/** `<cache>/releases`, with one folder for each rootfs, named by its SHA-256. */
export function releasesFolder(cacheFolder: string): string {
  return join(cacheFolder, 'releases')
}

export function entryFolder(cacheFolder: string, sha256: string): string {
  return join(releasesFolder(cacheFolder), sha256)
}

/** The digests in the cache, of whole downloads and begun ones. @throws KaweezleError `FILE_FAILED` */
export function entryNames(cacheFolder: string): Promise<string[]> {
  const folder = releasesFolder(cacheFolder)
  return orFileError(folder, async () => {
    try {
      return (await readdir(folder)).filter((name) => /^[0-9a-f]{64}$/.test(name)).sort()
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return []
      throw error
    }
  })
}

/** What is known of an entry; undefined where it is not whole. @throws KaweezleError `FILE_FAILED` */
export function readRecord(folder: string): Promise<EntryRecord | undefined> {
  const path = join(folder, recordFile)
  return orFileError(path, async () => {
    try {
      return entryRecord.safeParse(JSON.parse(await readFile(path, 'utf8'))).data
    } catch (error) {
      if (error instanceof SyntaxError || isSystemError(error, 'ENOENT')) return undefined
      throw error
    }
  })
}

export type Condition = 'absent' | 'damaged' | 'whole'

/**
 * Whether an entry has the rootfs of `release`. It is hashed, unless nothing touched it since that was last done.
 * @throws KaweezleError `FILE_FAILED`, `DISK_FULL`
 */
export async function checkEntry(folder: string, release: Release): Promise<Condition> {
  const path = join(folder, release.rootfs.name)
  const found = await stampOf(path)
  if (found === undefined) return 'absent'
  const record = await readRecord(folder)
  if (record !== undefined && JSON.stringify(record.stamp) === JSON.stringify(found)) return 'whole'
  const { size, sha256 } = release.rootfs
  const hashed = found.size === String(size) ? await hashFile(path) : undefined
  if (hashed?.sha256 !== sha256) return 'damaged'
  await writeEntry(folder, release)
  return 'whole'
}

/**
 * Writes what stands beside the rootfs: with it the entry is a release of its own, and is checked like one.
 * @throws KaweezleError `FILE_FAILED`, `DISK_FULL`
 */
export async function writeEntry(folder: string, release: Release): Promise<void> {
  const { version, tag, origin, architecture, files, rootfs } = release
  const found = await stampOf(join(folder, rootfs.name))
  if (found === undefined) throw new Error(`${folder} has no ${rootfs.name} yet`)
  const names = releaseFiles(architecture)
  await replaceFile(join(folder, names.manifest), files.manifest)
  if (files.checksums !== undefined) await replaceFile(join(folder, checksumsFile), files.checksums)
  if (files.signature !== undefined) await replaceFile(join(folder, signatureFile), files.signature)
  const record: EntryRecord = {
    schema: 1,
    version,
    ...(tag !== undefined && { tag }),
    origin,
    architecture,
    stamp: found,
  }
  await replaceFile(join(folder, recordFile), `${JSON.stringify(record)}\n`)
}

/** @throws KaweezleError `FILE_FAILED` */
export async function removeEntry(folder: string): Promise<void> {
  await orFileError(folder, () => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
}

function stampOf(path: string): Promise<z.infer<typeof stamp> | undefined> {
  return orFileError(path, async () => {
    try {
      const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true })
      return { size: `${size}`, modified: `${mtimeNs}`, changed: `${ctimeNs}`, inode: `${ino}` }
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined
      throw error
    }
  })
}
