import type { Stats } from 'node:fs'
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  statfs,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname } from 'node:path'
import { AgentError } from '../errors.ts'
import { fileError, systemCode } from './file-error.ts'
import type { FileState, Files } from './host.ts'
import { replaceFile, syncFolder } from './replace-file.ts'

/** Of a file that is read as a whole. The largest in use, the list of installed packages, has about 1 MiB. */
const sizeLimit = 64 * 1024 * 1024

/** Nothing is there; ESRCH is what a process that has just ended leaves of its files in /proc. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ESRCH'])

/** The files of this machine. */
export const localFiles: Files = {
  read: (path) => attempt('read', path, () => unlessAbsent(() => readLimited(path), undefined)),
  stat: (path) => attempt('look at', path, () => unlessAbsent(() => stateOf(path), undefined)),
  list: (path) =>
    attempt('list', path, () => unlessAbsent(async () => (await readdir(path)).sort(), [] as string[])),
  write: (path, text, mode) => attempt('write', path, () => replaceFile(path, text, mode)),
  poke: (path, text) => attempt('write', path, () => writeFile(path, text, { flag: 'r+' })),
  makeFolder: async (path, mode) => {
    await attempt('make the folder', path, () => mkdir(path, { recursive: true, mode }))
  },
  link: (path, target) =>
    attempt('link', path, async () => {
      await mkdir(dirname(path), { recursive: true })
      await symlink(target, path)
      await syncFolder(dirname(path))
    }),
  rename: (from, to) =>
    attempt(`rename ${from} to`, to, async () => {
      await rename(from, to)
      await syncFolder(dirname(to))
    }),
  remove: (path) => attempt('remove', path, () => rm(path, { recursive: true, force: true })),
  freeBytes: (path) => attempt('measure', path, () => freeBytes(path)),
}

async function attempt<T>(verb: string, path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw fileError(verb, path, error)
  }
}

async function unlessAbsent<T>(action: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await action()
  } catch (error) {
    const code = systemCode(error)
    if (code !== undefined && absent.has(code)) return otherwise
    throw error
  }
}

async function readLimited(path: string): Promise<string> {
  // Files of /proc and /sys say that they have no bytes, and have a few: they are not looked at first.
  if (path.startsWith('/proc/') || path.startsWith('/sys/')) return readFile(path, 'utf8')
  const { size } = await stat(path)
  if (size > sizeLimit) {
    throw new AgentError('FILE_FAILED', `cannot read ${path}: it is larger than ${sizeLimit >> 20} MiB`, {
      hint: 'Look at what wrote it, and move it away.',
    })
  }
  return readFile(path, 'utf8')
}

async function stateOf(path: string): Promise<FileState> {
  const state = await lstat(path)
  const type = typeOf(state)
  return {
    type,
    ...(type === 'link' && { target: await readlink(path) }),
    modifiedAt: state.mtimeMs,
    mode: state.mode & 0o7777,
    size: state.size,
  }
}

function typeOf(state: Stats): FileState['type'] {
  if (state.isFile()) return 'file'
  if (state.isDirectory()) return 'folder'
  return state.isSymbolicLink() ? 'link' : 'other'
}

/** What the file system has for everyone, at the nearest folder that is there. */
async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  } catch (error) {
    const code = systemCode(error)
    const isAbsent = code !== undefined && absent.has(code)
    if (!isAbsent || dirname(path) === path) throw error
    return freeBytes(dirname(path))
  }
}
