import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PipelineError } from '../errors.ts'
import { shownPath } from '../render/shown-path.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'

/** A finished rootfs with what describes it, as absolute paths. Any of them may be missing. */
export interface FinishedFiles {
  readonly rootfs: string
  readonly manifest: string
  readonly checksum: string
}

/**
 * What `path` asks for: one rootfs, or every one in a folder.
 * @throws PipelineError `USAGE` when there is nothing of that name, or in that folder; `FILE_FAILED`.
 */
export async function findFinished(path: string, manifest?: string): Promise<FinishedFiles[]> {
  if (manifest !== undefined) await assertFile(manifest, 'manifest')
  if (!(await isFolder(path, 'rootfs'))) return [oneFile(path, manifest)]
  if (manifest !== undefined)
    throw new PipelineError('USAGE', `--manifest is of one rootfs, and ${shownPath(path)} is a folder`, {
      hint: 'Name the rootfs itself.',
    })
  const names = await orFileError(path, () => readdir(path))
  const stems = new Set(
    names.flatMap((name) => /^(rootfs(?:\.\w+)?)\.(?:tar\.gz|manifest\.json)$/.exec(name)?.[1] ?? []),
  )
  if (stems.size > 0) return [...stems].sort().map((stem) => oneFile(join(path, `${stem}.tar.gz`)))
  throw new PipelineError('USAGE', `there is no rootfs in ${shownPath(path)}`, {
    hint: 'Name the folder that a build wrote to (--out), or a rootfs.tar.gz.',
  })
}

function oneFile(rootfs: string, manifest?: string): FinishedFiles {
  const named = namedAs(rootfs)
  const stem = /^(.*[^/\\])\.(?:tar\.gz|tgz|tar)$/s.exec(named)?.[1]
  if (manifest === undefined && stem === undefined) {
    throw new PipelineError(
      'USAGE',
      `${shownPath(rootfs)} is not named like a rootfs, such as rootfs.tar.gz`,
      {
        hint: 'Name its manifest with --manifest.',
      },
    )
  }
  return { rootfs, manifest: manifest ?? `${stem}.manifest.json`, checksum: `${named}.sha256` }
}

/** What the files that describe a rootfs are named after. For a .wsl file that is the rootfs beside it, of the same bytes. */
function namedAs(rootfs: string): string {
  const wsl = /^.+?(\.aarch64)?\.wsl$/s.exec(basename(rootfs))
  return wsl === null ? rootfs : join(dirname(rootfs), `rootfs${wsl[1] ?? ''}.tar.gz`)
}

async function assertFile(path: string, what: string): Promise<void> {
  if (!(await isFolder(path, what))) return
  throw new PipelineError('USAGE', `${shownPath(path)} is a folder, not a ${what}`, {
    hint: `Name the ${what} itself.`,
  })
}

async function isFolder(path: string, what: string): Promise<boolean> {
  const found = await statIfThere(path)
  if (found !== undefined) return found.isDirectory()
  throw new PipelineError('USAGE', `there is no ${what} ${shownPath(path)}`, {
    hint: 'Name a file that a build wrote, or the folder with all of them.',
  })
}

/** @throws PipelineError `FILE_FAILED` when that cannot be told. */
export async function isThere(path: string): Promise<boolean> {
  return (await statIfThere(path)) !== undefined
}

function statIfThere(path: string): Promise<Stats | undefined> {
  return orFileError(path, async () => {
    try {
      return await stat(path)
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
      throw error
    }
  })
}
