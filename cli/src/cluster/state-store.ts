import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { KaweezleError } from '../errors.ts'
import { isSystemError, orFileError } from '../files/file-error.ts'
import type { ClusterName } from '../providers/provider.ts'
import { type ClusterState, clusterState } from './state.ts'

/** What the host keeps of its clusters, a folder each. Every write is whole, and on the disk when it returns. */
export interface StateStore {
  /** @throws KaweezleError `STATE_INVALID`, `FILE_FAILED` */
  read(name: ClusterName): Promise<ClusterState | undefined>
  /** @throws KaweezleError `FILE_FAILED`, `DISK_FULL` */
  write(state: ClusterState): Promise<void>
  remove(name: ClusterName): Promise<void>
  names(): Promise<readonly ClusterName[]>
  /** The folder of a cluster, where its lock and logs are too. */
  folder(name: ClusterName): string
}

/** A store in `folder`. */
export function stateStore(folder: string): StateStore {
  const folderOf = (name: ClusterName) => join(folder, name)
  const fileOf = (name: ClusterName) => join(folderOf(name), 'state.json')
  return {
    folder: folderOf,
    async read(name) {
      const text = await readIfThere(fileOf(name))
      return text === undefined ? undefined : parseState(text, { name, path: fileOf(name) })
    },
    async write(state) {
      const text = `${JSON.stringify(clusterState.parse(state), undefined, 2)}\n`
      const { replaceFile } = await import('../files/replace-file.ts')
      await replaceFile(fileOf(state.name), text)
    },
    remove: (name) => orFileError(folderOf(name), () => rm(folderOf(name), { recursive: true, force: true })),
    async names() {
      const found: ClusterName[] = []
      for (const name of await namesIn(folder))
        if ((await readIfThere(fileOf(name))) !== undefined) found.push(name)
      return found.toSorted()
    },
  }
}

function parseState(text: string, { name, path }: { name: ClusterName; path: string }): ClusterState {
  const hint = `Restore the file from a backup; or remove its folder, then run \`kaweezle uninstall --name ${name}\`.`
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new KaweezleError('STATE_INVALID', `${path} is not JSON`, { hint, cause })
  }
  const parsed = clusterState.safeParse(data)
  if (parsed.success) return parsed.data
  throw new KaweezleError('STATE_INVALID', `${path} is not what this version of kaweezle writes`, {
    hint,
    details: z.prettifyError(parsed.error).split('\n'),
  })
}

function readIfThere(path: string): Promise<string | undefined> {
  return orFileError(path, () => ifThere(() => readFile(path, 'utf8')))
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await orFileError(folder, () => ifThere(() => readdir(folder)))) ?? []
}

async function ifThere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
