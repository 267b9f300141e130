import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { commitText } from './commit.ts'
import { isSystemError, orFileError } from './file-error.ts'

/** Small facts that later builds may use, each a JSON file by kind and key. Losing one only costs time. */
export interface Records {
  /** The record, or nothing where there is none, or it is torn, damaged or not what `schema` asks for. */
  readRecord<T>(kind: string, key: string, schema: z.ZodType<T>): Promise<T | undefined>
  /** @throws PipelineError `DISK_FULL`, `FILE_FAILED` */
  writeRecord(kind: string, key: string, value: unknown): Promise<void>
}

/** The records below `folder`. A file is the SHA-256 of the JSON text, a line end, and the JSON text. */
export function openRecords(folder: string): Records {
  function pathOf(kind: string, key: string): string {
    for (const name of [kind, key]) {
      if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) throw new Error(`not a record name: ${name}`)
    }
    return join(folder, 'records', kind, `${key}.json`)
  }

  return {
    async readRecord(kind, key, schema) {
      const value = parseRecord(await readIfThere(pathOf(kind, key)))
      const result = schema.safeParse(value)
      return result.success ? result.data : undefined
    },

    async writeRecord(kind, key, value) {
      const json = JSON.stringify(value)
      await commitText(pathOf(kind, key), `${sha256(json)}\n${json}`)
    },
  }
}

/** Without its own digest, a flipped bit could turn one valid record into another. */
function parseRecord(text: string): unknown {
  const digest = text.slice(0, 64)
  const json = text.slice(65)
  return digest === sha256(json) ? JSON.parse(json) : undefined
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function readIfThere(path: string): Promise<string> {
  return orFileError(path, async () => {
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return ''
      throw error
    }
  })
}
