import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { draftOf } from './drafts.ts'

/**
 * Puts a file in place as a whole: it is either what was there or what is given, also after a loss of power. A link
 * at `path` is replaced, not followed.
 * @throws errors of `node:fs`; what was there is then as it was.
 */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const draft = draftOf(path)
  try {
    await writeDraft(draft, text, mode)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await syncFolder(folder)
}

/** Makes new names in a folder last. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function writeDraft(draft: string, text: string, mode: number): Promise<void> {
  const handle = await open(draft, 'wx', mode)
  try {
    await handle.writeFile(text)
    // The mask of the process must not decide who may read a key.
    await handle.chmod(mode)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
