import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PipelineError } from '../errors.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'
import { archiveSource } from './archive-source.ts'
import { folderSource } from './folder-source.ts'
import { httpSource } from './http-source.ts'
import { redact } from './redact.ts'
import type { Source } from './source.ts'

/**
 * The source behind what `--mirror` takes: an http, https or file URL, a folder, or an uncompressed tar
 * (`packages.tar`). `env` holds the proxy variables.
 * @throws PipelineError `USAGE` for another kind of URL, `SOURCE_UNREACHABLE` when there is no such folder or
 *   file, `ARCHIVE_INVALID` when the tar is damaged
 */
export async function openMirror(location: string, env: NodeJS.ProcessEnv = process.env): Promise<Source> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1]?.toLowerCase()
  if (scheme === undefined) return openPath(resolve(location))
  const url = URL.parse(location)
  if (url !== null && (scheme === 'http' || scheme === 'https')) return httpSource(url, env)
  if (url !== null && scheme === 'file' && url.host === '') return openPath(fileURLToPath(url))
  throw new PipelineError('USAGE', `${redact(location)} is not the URL of a mirror`, {
    hint: 'Give an http, https or file URL, a folder, or a packages.tar.',
  })
}

async function openPath(path: string): Promise<Source> {
  const found = await orFileError(path, () => statIfThere(path))
  if (found?.isDirectory()) return folderSource(path)
  if (found?.isFile()) return archiveSource(path)
  throw new PipelineError('SOURCE_UNREACHABLE', `the mirror ${path} is neither a folder nor a file`, {
    hint: 'Check the path given to --mirror.',
  })
}

async function statIfThere(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
