import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'

export interface Entry {
  value: string
  revision: number
}

/** One write: a value for a key, or nothing to delete it. */
export interface Change {
  key: string
  value?: string
}

export interface EtcdLog {
  clusterId: string
  entries: ReadonlyMap<string, Entry>
  revision(): number
  /** Answers with the revision, once the changes are on the disk. */
  commit(changes: Change[]): Promise<number>
  close(): Promise<void>
}

const compactWhenDead = 32 * 1024 * 1024

/**
 * A log of lines `<crc32> <json>` that is only ever appended to. A kill in the midst of a write leaves a torn last
 * line, which was never acknowledged and is cut off at the next start. When most of the file is dead it is written
 * anew beside itself and renamed; nothing else changes its bytes.
 */
export async function openEtcdLog(path: string): Promise<EtcdLog> {
  if (!existsSync(path)) writeWhole(path, [line({ cluster: randomBytes(8).toString('hex'), revision: 1 })])
  const entries = new Map<string, Entry>()
  const { clusterId, revision: start, size } = replay(path, entries)
  let revision = start
  let written = size
  let file = await open(path, 'a')
  let waiting: { text: string; settle: (error?: unknown) => void }[] = []
  let flushing: Promise<void> | undefined

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const text = batch.map((one) => one.text).join('')
        await file.appendFile(text)
        await file.datasync()
        written += Buffer.byteLength(text)
        for (const one of batch) one.settle()
        if (written > compactWhenDead) file = await compact(file)
      } catch (error) {
        for (const one of batch) one.settle(error)
      }
    }
    flushing = undefined
  }

  async function compact(old: FileHandle): Promise<FileHandle> {
    const header = line({ cluster: clusterId, revision })
    const lines = [...entries].map(([key, entry]) =>
      line({ revision: entry.revision, changes: [{ key, value: entry.value }] }),
    )
    if (lines.reduce((sum, text) => sum + text.length, 0) > compactWhenDead / 2) return old
    await old.close()
    writeWhole(path, [header, ...lines])
    written = 0
    return open(path, 'a')
  }

  return {
    clusterId,
    entries,
    revision: () => revision,
    commit: (changes) =>
      new Promise((resolve, reject) => {
        revision += 1
        const mine = revision
        apply(entries, changes, mine)
        const settle = (error?: unknown) => (error === undefined ? resolve(mine) : reject(error))
        waiting.push({ text: line({ revision: mine, changes }), settle })
        flushing ??= flush()
      }),
    close: async () => {
      await flushing
      await file.close()
    },
  }
}

function apply(entries: Map<string, Entry>, changes: Change[], revision: number): void {
  for (const { key, value } of changes) {
    if (value === undefined) entries.delete(key)
    else entries.set(key, { value, revision })
  }
}

function replay(
  path: string,
  entries: Map<string, Entry>,
): { clusterId: string; revision: number; size: number } {
  const bytes = readFileSync(path)
  let clusterId = ''
  let revision = 0
  let at = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, at)) {
    const text = bytes.toString('utf8', at, end)
    if (Number.parseInt(text.slice(0, 8), 16) !== crc32(text.slice(9))) break
    const record = JSON.parse(text.slice(9))
    if (record.cluster) clusterId = record.cluster
    revision = Math.max(revision, record.revision)
    apply(entries, record.changes ?? [], record.revision)
    at = end + 1
  }
  if (clusterId === '') throw new Error(`${path}: file is not a database of this etcd`)
  if (bytes.indexOf(10, at) !== -1) throw new Error(`${path}: database is damaged at byte ${at}`)
  if (at < bytes.length) truncateSync(path, at)
  return { clusterId, revision, size: at }
}

function writeWhole(path: string, lines: string[]): void {
  const draft = openSync(`${path}.tmp`, 'w', 0o600)
  for (const text of lines) writeSync(draft, text)
  fsyncSync(draft)
  closeSync(draft)
  renameSync(`${path}.tmp`, path)
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function line(record: object): string {
  const text = JSON.stringify(record)
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`
}
