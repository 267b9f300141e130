import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isKaweezleError } from '../errors.ts'
import { isSystemError } from '../files/file-error.ts'
import { makeFolder } from '../files/make-folder.ts'
import { editKubeconfig } from './edit.ts'
import { type OpenKubeconfig, openKubeconfig, placeOf, saveKubeconfig } from './kubeconfig-file.ts'
import { type Found, fileForNew, kubeconfigPaths, type Surroundings } from './locate.ts'
import { withLocks } from './locks.ts'
import { duplicateNames } from './merged.ts'
import type { NamedAccess } from './own-entries.ts'
import { type Plan, type PutOptions, planPut, planRemove } from './plan-change.ts'
import { type ClusterEntry, entryIn } from './read-entry.ts'

export interface UpdateOptions extends Surroundings {
  /** How long to wait for others that change the file, in milliseconds; 15 seconds without it. */
  readonly patience?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface PutResult {
  /** The file that has the context. */
  readonly path: string
  /** Whether the current context became ours now. */
  readonly switched: boolean
  /** Whether anything was written. */
  readonly changed: boolean
  /** What a person should know: names that kubectl refuses the file for. */
  readonly warnings: readonly string[]
}

/**
 * Puts cluster, user and context of a cluster into the kubeconfig that kubectl would put them into. What is there
 * already, and right, is not written again.
 * @throws KaweezleError `KUBECONFIG_INVALID` (nothing is written), `DECLINED` when entries of that name are not
 *   ours, `BUSY`, `FILE_FAILED`, `DISK_FULL`, `USAGE`; whatever the signal says
 */
export async function putCluster(
  access: NamedAccess,
  options: UpdateOptions & PutOptions,
): Promise<PutResult> {
  options.signal?.throwIfAborted()
  await makeFoldersForNew(options)
  return update(options, (files) => {
    const { plan, path, switched } = planPut(files, access, options)
    const warnings = duplicateNames(files)
    return { plan, result: (changed) => ({ path, switched, changed, warnings }) }
  })
}

export interface RemoveResult {
  /** A file that had entries of ours. */
  readonly path?: string
  /** Whether there were any. */
  readonly removed: boolean
  /** The context that is current again. */
  readonly restored?: string
}

/**
 * Takes away what {@link putCluster} put, from every file that kubectl reads. Entries without our mark stay.
 * @throws KaweezleError as {@link putCluster}, but for `DECLINED`
 */
export function removeCluster(name: string, options: UpdateOptions): Promise<RemoveResult> {
  return update(options, (files) => {
    const { plan, path, removed, restored } = planRemove(files, name)
    const result = {
      ...(path === undefined ? {} : { path }),
      removed,
      ...(restored === undefined ? {} : { restored }),
    }
    return { plan, result: () => result }
  })
}

/**
 * What the kubeconfig says of a cluster. Nothing is locked or written.
 * @throws KaweezleError `KUBECONFIG_INVALID`, `FILE_FAILED`, `USAGE`
 */
export async function readCluster(name: string, options: Surroundings): Promise<ClusterEntry> {
  const paths = kubeconfigPaths(options, probe)
  // kubectl writes in place, so this may be half of what it writes; but nobody waits long for a lock that was left.
  for (let attempt = 1; attempt < 5; attempt++) {
    try {
      const entry = entryIn(await openAll(paths), name)
      if (paths.every((path) => probe(`${path}.lock`) === 'nothing')) return entry
    } catch (error) {
      if (!isKaweezleError(error, 'KUBECONFIG_INVALID')) throw error
    }
    await wait(25)
  }
  return entryIn(await openAll(paths), name)
}

interface Decision<T> {
  readonly plan: Plan
  result(changed: boolean): T
}

async function update<T>(
  options: UpdateOptions,
  decide: (files: readonly OpenKubeconfig[]) => Decision<T>,
): Promise<T> {
  const { signal, patience = 15_000 } = options
  signal?.throwIfAborted()
  const paths = kubeconfigPaths(options, probe).map((path) => resolve(path))
  // Nothing is decided on what is read without the lock: other programs write in place, and it may be half a file.
  const places = await Promise.all(paths.map(placeOf))
  const lockable = [...new Set(places.flatMap(({ path, target }) => [path, target]))]
  return withLocks(lockable, { patience, signal }, async (locks) => {
    const files = await openAll(paths)
    const { plan, result } = decide(files)
    const edits = editsOf(files, plan)
    for (const { file } of edits) locks.assertHeld(file.path, file.target)
    for (const { file, text } of edits) await saveKubeconfig(file, text)
    return result(edits.length > 0)
  })
}

/** A lock needs the folder that the file will be in. */
async function makeFoldersForNew(options: UpdateOptions): Promise<void> {
  const paths = kubeconfigPaths(options, probe).map((path) => resolve(path))
  const { path, target, exists } = fileForNew(await Promise.all(paths.map(placeOf)))
  if (exists) return
  await makeFolder(dirname(path))
  await makeFolder(dirname(target))
}

/** What has to be written: a plan that comes to what is there already is none. */
function editsOf(files: readonly OpenKubeconfig[], plan: Plan): { file: OpenKubeconfig; text: string }[] {
  return files.flatMap((file) => {
    const changes = plan.get(file)
    if (changes === undefined) return []
    const text = editKubeconfig(file, changes)
    return text === file.text ? [] : [{ file, text }]
  })
}

/** Each file once: two paths may lead to the same, and the second edit would undo the first. */
async function openAll(paths: readonly string[]): Promise<OpenKubeconfig[]> {
  const files = await Promise.all(paths.map(openKubeconfig))
  return files.filter(({ target }, index) => files.findIndex((file) => file.target === target) === index)
}

function probe(path: string): Found {
  try {
    const stats = statSync(path)
    if (!stats.isDirectory()) return 'file'
    return (stats.mode & 0o200) === 0 ? 'read-only folder' : 'folder'
  } catch (error) {
    if (isSystemError(error)) return 'nothing'
    throw error
  }
}
