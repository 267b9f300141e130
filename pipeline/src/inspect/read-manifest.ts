import { readFile } from 'node:fs/promises'
import { type RootfsManifest, rootfsManifest } from '../describe/manifest.ts'
import { PipelineError } from '../errors.ts'
import { shownPath } from '../render/shown-path.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'
import { byteString, displayPath } from '../tree/path.ts'

/**
 * Reads what a rootfs is said to be.
 * @throws PipelineError `ARCHIVE_INVALID` when it is missing or no manifest of this format; `FILE_FAILED`.
 */
export async function readManifest(file: string): Promise<RootfsManifest> {
  const text = await readIfThere(file)
  if (text === undefined) throw invalid(file, 'is missing')
  const result = rootfsManifest.safeParse(parseJson(text, file))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = issue?.path.map(String).join('.') || 'the manifest'
  throw invalid(file, `is no manifest: ${displayPath(byteString(`${place}: ${issue?.message}`))}`)
}

/** A small text file; undefined where there is none. */
export function readIfThere(file: string): Promise<string | undefined> {
  return orFileError(file, async () => {
    try {
      return await readFile(file, 'utf8')
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined
      throw error
    }
  })
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(file, 'is not JSON')
    throw error
  }
}

function invalid(file: string, reason: string): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${shownPath(file)} ${reason}`)
}
