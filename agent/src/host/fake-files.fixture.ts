import { posix } from 'node:path'
import { AgentError } from '../errors.ts'
import type { FileState, Files } from './host.ts'

export interface FakeEntry extends FileState {
  readonly text: string
}

/** Files in memory. Links are followed in all parts of a path, as on a real host. */
export function fakeFiles(
  initial: Readonly<Record<string, string | Partial<FakeEntry>>>,
  now: () => number,
  free: number,
): { files: Files; entries: Map<string, FakeEntry> } {
  const entries = new Map<string, FakeEntry>()
  const put = (path: string, entry: Partial<FakeEntry>): void => {
    const text = entry.text ?? ''
    const parent = posix.dirname(path)
    if (parent !== path && !entries.has(parent)) put(parent, { type: 'folder', mode: 0o755 })
    const type = entry.type ?? (entry.target === undefined ? 'file' : 'link')
    entries.set(path, { modifiedAt: now(), mode: 0o644, size: Buffer.byteLength(text), text, ...entry, type })
  }
  /** Where a path leads; its last part is followed only when asked. */
  const resolve = (path: string, followsLast: boolean, depth = 0): string => {
    if (depth > 20)
      throw new AgentError('FILE_FAILED', `cannot read ${path}: its links lead in a circle (ELOOP)`)
    let place = '/'
    const parts = path.split('/').filter(Boolean)
    for (const [index, part] of parts.entries()) {
      place = posix.join(place, part)
      const target = entries.get(place)?.target
      if (target === undefined || (index === parts.length - 1 && !followsLast)) continue
      const rest = parts.slice(index + 1).join('/')
      return resolve(posix.join(posix.resolve(posix.dirname(place), target), rest), followsLast, depth + 1)
    }
    return place
  }
  const below = (path: string) => [...entries.keys()].filter((name) => name.startsWith(`${path}/`))
  const refuseFolder = (path: string, verb: string) => {
    if (entries.get(path)?.type !== 'folder') return
    throw new AgentError('FILE_FAILED', `cannot ${verb} ${path}: a folder is there (EISDIR)`)
  }
  put('/', { type: 'folder', mode: 0o755 })
  for (const [path, entry] of Object.entries(initial))
    put(path, typeof entry === 'string' ? { text: entry } : entry)

  const files: Files = {
    async read(path) {
      const place = resolve(path, true)
      refuseFolder(place, 'read')
      return entries.get(place)?.text
    },
    async stat(path) {
      const entry = entries.get(resolve(path, false))
      if (entry === undefined) return undefined
      const { text: _text, ...state } = entry
      return state
    },
    async list(path) {
      const place = resolve(path, true)
      const prefix = place === '/' ? '/' : `${place}/`
      const names = [...entries.keys()].filter((name) => name.startsWith(prefix) && name !== '/')
      return [...new Set(names.map((name) => name.slice(prefix.length).split('/')[0] ?? ''))].sort()
    },
    async write(path, text, mode) {
      const place = resolve(path, false)
      refuseFolder(place, 'write')
      put(place, { text, mode })
    },
    async poke(path, text) {
      const place = resolve(path, true)
      const entry = entries.get(place)
      if (entry === undefined) {
        throw new AgentError('FILE_FAILED', `cannot write ${path}: it is not there (ENOENT)`)
      }
      put(place, { ...entry, text, size: Buffer.byteLength(text), modifiedAt: now() })
    },
    async makeFolder(path, mode) {
      const place = resolve(path, true)
      if (!entries.has(place)) put(place, { type: 'folder', mode })
    },
    async link(path, target) {
      const place = resolve(path, false)
      if (entries.has(place)) {
        throw new AgentError('FILE_FAILED', `cannot link ${path}: something else is there (EEXIST)`)
      }
      put(place, { type: 'link', target, mode: 0o777 })
    },
    async rename(from, to) {
      const [source, destination] = [resolve(from, false), resolve(to, false)]
      const moved = [source, ...below(source)].flatMap((path) => {
        const entry = entries.get(path)
        return entry === undefined ? [] : [[path, entry] as const]
      })
      if (moved.length === 0) {
        throw new AgentError('FILE_FAILED', `cannot rename ${from} to ${to}: it is not there (ENOENT)`)
      }
      for (const [path] of moved) entries.delete(path)
      for (const [path, entry] of moved) put(destination + path.slice(source.length), entry)
    },
    async remove(path) {
      const place = resolve(path, false)
      for (const name of [place, ...below(place)]) entries.delete(name)
    },
    async freeBytes() {
      return free
    },
  }
  return { files, entries }
}
