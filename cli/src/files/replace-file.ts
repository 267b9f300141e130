import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isSystemError, orFileError } from './file-error.ts'
import { temporaryPath } from './leftovers.ts'
import { makeFolder, syncFolder } from './make-folder.ts'
import { removeOnExit } from './remove-on-exit.ts'

export interface ReplaceOptions {
  /** Permission bits of the new file, whatever the umask; 0600 without it. */
  readonly mode?: number
  /** Whom the new file belongs to; without it, to who runs this. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
}

/** All of it, or chunks of what is too large for that. */
export type FileContent = Uint8Array | string | AsyncIterable<Uint8Array>

/**
 * Writes a whole file or nothing: at `path` stands what stood there before, or all of `content`, even after a
 * power cut. `path` itself is replaced: resolve symbolic links before. The folders above it are made, 0700.
 * @throws KaweezleError `FILE_FAILED`, `DISK_FULL`, and what `content` throws
 */
export async function replaceFile(
  path: string,
  content: FileContent,
  options: ReplaceOptions = {},
): Promise<void> {
  const folder = dirname(path)
  await makeFolder(folder)
  const draft = temporaryPath(folder)
  const keep = removeOnExit(draft)
  try {
    await orFileError(path, async () => {
      {
        await using handle = await open(draft, 'wx', 0o600)
        await handle.writeFile(content)
        await dress(handle, options)
        await handle.sync()
      }
      await renameOver(draft, path)
    })
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  } finally {
    keep()
  }
  await syncFolder(folder)
}

async function dress(handle: FileHandle, { mode = 0o600, owner }: ReplaceOptions): Promise<void> {
  // After chown, which clears some bits.
  await handle.chmod((await hasOwner(handle, owner)) ? mode : withoutGroup(mode))
}

/** False when the group cannot be kept: only its members and root may give a file to it. */
async function hasOwner(handle: FileHandle, owner: ReplaceOptions['owner']): Promise<boolean> {
  if (owner === undefined || process.platform === 'win32') return true
  const { uid, gid } = await handle.stat()
  if (uid === owner.uid && gid === owner.gid) return true
  try {
    await handle.chown(owner.uid, owner.gid)
    return true
  } catch (error) {
    if (uid === owner.uid && isSystemError(error, 'EPERM')) return false
    throw error
  }
}

/** Another group gets what everybody has, and no more. */
function withoutGroup(mode: number): number {
  return (mode & ~0o070) | ((mode & 0o007) << 3)
}

/**
 * Renames over what may be there. On Windows a virus scanner may hold a new file for a moment.
 * @throws SystemError, which {@link orFileError} makes an error of ours
 */
export async function renameOver(from: string, to: string): Promise<void> {
  for (let pause = 10; ; pause *= 2) {
    try {
      return await rename(from, to)
    } catch (error) {
      const isBusy = process.platform === 'win32' && isSystemError(error, 'EPERM', 'EACCES', 'EBUSY')
      if (!isBusy || pause > 2_000) throw error
      await wait(pause)
    }
  }
}
