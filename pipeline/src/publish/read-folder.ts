import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import type { Progress } from '../progress.ts'
import { shownPath } from '../render/shown-path.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'
import { hashFile } from '../store/hash-file.ts'

/** A file of the folder of builds. */
export interface FolderFile {
  /** Below the folder, with `/`. */
  readonly path: string
  /** Absolute. */
  readonly from: string
  readonly size: number
  readonly sha256: Sha256
}

export interface ReadOptions {
  readonly progress: Required<Progress>
  readonly signal: AbortSignal
}

/**
 * All files below a folder, hashed, by path; but not those whose names begin with a dot (what a killed build left is
 * among them).
 * @throws PipelineError `USAGE` when there is no such folder, `FILE_FAILED`, `RELEASE_INVALID` for what is neither a
 *   file nor a folder, and the signal's reason
 */
export async function readFolder(folder: string, { progress, signal }: ReadOptions): Promise<FolderFile[]> {
  const files: FolderFile[] = []
  let bytes = 0
  for (const path of await pathsIn(folder)) {
    signal.throwIfAborted()
    progress.line(path)
    const from = join(folder, path)
    const hashed = await hashFile(from)
    if (hashed === undefined) throw gone(path)
    bytes += hashed.size
    progress.bytes(bytes)
    files.push({ path, from, ...hashed })
  }
  return files
}

async function pathsIn(folder: string, below = ''): Promise<string[]> {
  const place = join(folder, below)
  const paths: string[] = []
  for (const entry of await entriesOf(place, below === '')) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) paths.push(...(await pathsIn(folder, path)))
    else if (entry.isFile()) paths.push(path)
    else throw notPlain(path)
  }
  return paths.sort()
}

function entriesOf(place: string, isTop: boolean): Promise<Dirent[]> {
  return orFileError(place, async () => {
    try {
      return await readdir(place, { withFileTypes: true })
    } catch (error) {
      if (isTop && isSystemError(error, 'ENOENT', 'ENOTDIR')) throw noFolder(place)
      throw error
    }
  })
}

function noFolder(place: string): PipelineError {
  return new PipelineError('USAGE', `there is no folder ${shownPath(place)}`, {
    hint: 'Name the folder that builds wrote to (--out): npm run release -- dist.',
  })
}

function notPlain(path: string): PipelineError {
  return new PipelineError('RELEASE_INVALID', `${path} is a link, or something else that is no file`, {
    hint: 'Put the file itself there.',
  })
}

function gone(path: string): PipelineError {
  return new PipelineError('FILE_FAILED', `${path} is gone`, {
    hint: 'Let nothing else write into that folder, and run it again.',
  })
}
