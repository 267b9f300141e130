import { posix } from 'node:path'
import { isAgentError } from '../errors.ts'
import { systemCode } from '../host/file-error.ts'
import type { Files } from '../host/host.ts'
import { dataLinks } from '../kubeadm/paths.ts'
import type { ActContext } from './context.ts'
import { runProgram } from './run-program.ts'

/**
 * Moves what is at a path into the data folder, and leaves a link. It may be killed at any instant and done again:
 * each entry is at one of the two places, as a whole. What is in the data folder already wins; what is in its way is
 * set aside.
 */
export async function linkData(context: ActContext, path: string): Promise<void> {
  const target = targetOf(path)
  const { files } = context.host
  await files.makeFolder(target, 0o755)
  const state = await files.stat(path)
  if (state?.type === 'link' && state.target === target) return
  if (state?.type === 'folder') await moveInto(context, path, target)
  if (state !== undefined && state.type !== 'link') await clear(context, path)
  const draft = `${path}.link`
  await files.remove(draft)
  await files.link(draft, target)
  await files.rename(draft, path)
}

function targetOf(path: string): string {
  const found = Object.entries(dataLinks).find(([known]) => known === path)
  if (found === undefined) throw new Error(`${path} is not one of what is in the data folder`)
  return found[1]
}

/** Moves the entries of a folder into another one, but for those that are there with another content. */
async function moveInto(context: ActContext, from: string, into: string): Promise<void> {
  const { files } = context.host
  for (const name of await files.list(from)) {
    const [source, place] = [posix.join(from, name), posix.join(into, name)]
    const [one, other] = [await files.stat(source), await files.stat(place)]
    if (one === undefined) continue
    if (other === undefined) await move(context, source, place)
    else if (one.type === 'folder' && other.type === 'folder') await moveInto(context, source, place)
    else if (one.type === 'file' && other.type === 'file' && (await isSame(files, source, place)))
      await files.remove(source)
  }
}

async function isSame(files: Files, one: string, other: string): Promise<boolean> {
  return (await files.read(one)) === (await files.read(other))
}

/** A rename, or where the data folder is another file system, a copy that takes its name when it is complete. */
async function move(context: ActContext, source: string, place: string): Promise<void> {
  const { files } = context.host
  try {
    await files.rename(source, place)
  } catch (error) {
    if (!isAgentError(error, 'FILE_FAILED') || systemCode(error.cause) !== 'EXDEV') throw error
    const draft = posix.join(posix.dirname(place), `.${posix.basename(place)}.moving`)
    await files.remove(draft)
    // With modes, owners, times and links as they are.
    await runProgram(context, ['cp', '-a', source, draft])
    await runProgram(context, ['sync'])
    await files.rename(draft, place)
    await files.remove(source)
  }
}

/** Makes room for the link. Only folders that hold nothing are removed. */
async function clear({ host, logger }: ActContext, path: string): Promise<void> {
  const { files } = host
  if (await holdsNothing(files, path)) return files.remove(path)
  const aside = `${path}.before-iknite-${host.now()}`
  await files.rename(path, aside)
  logger.warn(`${path} was in the way of what the data folder holds: it is now ${aside}`)
}

async function holdsNothing(files: Files, path: string): Promise<boolean> {
  if ((await files.stat(path))?.type !== 'folder') return false
  for (const name of await files.list(path))
    if (!(await holdsNothing(files, posix.join(path, name)))) return false
  return true
}
