import { randomBytes } from 'node:crypto'
import { link, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import { KaweezleError } from '../errors.ts'
import { isSystemError, orFileError } from '../files/file-error.ts'
import { removeLeftovers, temporaryPath } from '../files/leftovers.ts'
import { isOver, ownIdentity } from '../files/process-identity.ts'
import { removeOnExit } from '../files/remove-on-exit.ts'

export interface LockOptions {
  /** How long to wait for others, in milliseconds. */
  readonly patience: number
  readonly signal?: AbortSignal | undefined
}

export interface Lock {
  readonly path: string
  release(): Promise<void>
}

/**
 * Takes the lock that client-go takes before it changes a kubeconfig: `FILE.lock`, made exclusively
 * (tools/clientcmd/config.go, `lockFile`). client-go's are empty; ours say whose they are, and only those of
 * dead processes are taken over.
 * @throws KaweezleError `BUSY` when others keep it, `FILE_FAILED` when it cannot be made; whatever the signal says
 */
export async function lockFile(file: string, { patience, signal }: LockOptions): Promise<Lock> {
  const path = `${file}.lock`
  const deadline = performance.now() + patience
  const lock = await lockedBy(path, deadline, signal)
  await sweep(path)
  return lock
}

/** What is in a lock of ours. `id` is another one for each. */
const ownerSchema = z.object({
  program: z.literal('kaweezle'),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  pid: z.number().int().positive(),
  host: z.string(),
  started: z.string().optional(),
})
export type Owner = z.infer<typeof ownerSchema>

async function lockedBy(path: string, deadline: number, signal: AbortSignal | undefined): Promise<Lock> {
  const owner: Owner = { program: 'kaweezle', id: randomBytes(8).toString('hex'), ...ownIdentity() }
  // Short enough to hear an abort signal soon.
  for (let pause = 5; ; pause = Math.min(pause * 2, 200)) {
    signal?.throwIfAborted()
    if (await create(path, owner)) return held(path, owner)
    const other = await ownerOf(path)
    if (other !== undefined && isOver(other) && (await takeOver(path, other, owner, { deadline, signal }))) {
      return held(path, owner)
    }
    if (performance.now() > deadline) throw busy(path, other)
    // Not all at the same time again.
    await wait(pause * (0.5 + Math.random()))
  }
}

/** Makes the lock with its content in it: a process killed in between leaves none that nobody owns. */
async function create(path: string, owner: Owner): Promise<boolean> {
  return orFileError(path, async () => {
    const draft = temporaryPath(dirname(path))
    const keep = removeOnExit(draft)
    try {
      await writeDraft(draft, owner)
      await link(draft, path)
      return true
    } catch (error) {
      if (isSystemError(error, 'EEXIST')) return false
      if (!isSystemError(error, 'EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK')) throw error
      return await createDirectly(path, owner)
    } finally {
      await rm(draft, { force: true })
      keep()
    }
  })
}

/** For file systems without hard links. */
async function createDirectly(path: string, owner: Owner): Promise<boolean> {
  try {
    await writeDraft(path, owner)
    return true
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false
    throw error
  }
}

async function writeDraft(path: string, owner: Owner): Promise<void> {
  await using handle = await open(path, 'wx', 0o600)
  await handle.writeFile(JSON.stringify(owner))
}

/**
 * Puts our lock in the place of a dead process's. Several may find it at once, and one that is late must not
 * remove the lock of the one that was first: who wants to take over lock X first holds a lock named for X.
 */
async function takeOver(
  path: string,
  dead: Owner,
  owner: Owner,
  { deadline, signal }: { deadline: number; signal: AbortSignal | undefined },
): Promise<boolean> {
  const guard = await lockedBy(`${path}.${dead.id}`, deadline, signal)
  try {
    return await orFileError(path, async () => {
      if ((await ownerOf(path))?.id !== dead.id) return false
      const draft = temporaryPath(dirname(path))
      await writeDraft(draft, owner)
      await rename(draft, path)
      return true
    })
  } finally {
    await guard.release()
  }
}

function held(path: string, owner: Owner): Lock {
  const keep = removeOnExit(path)
  return {
    path,
    async release() {
      await orFileError(path, async () => {
        if ((await ownerOf(path))?.id === owner.id) await rm(path, { force: true })
      })
      keep()
    },
  }
}

/** Whose a lock is. Undefined for a lock of another program, and for none. */
export async function ownerOf(path: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data
  } catch (error) {
    // client-go's locks are empty, and have no permissions at all.
    if (
      error instanceof SyntaxError ||
      isSystemError(error, 'ENOENT', 'EACCES', 'EPERM', 'EBUSY', 'EISDIR')
    ) {
      return undefined
    }
    throw error
  }
}

/** Removes what killed processes left beside a lock that is ours now. */
async function sweep(path: string): Promise<void> {
  const folder = dirname(path)
  await orFileError(folder, async () => {
    for (const name of await readdir(folder)) {
      const isGuard = name.startsWith(`${basename(path)}.`) && /\.[0-9a-f]{16}$/.test(name)
      if (!isGuard) continue
      const owner = await ownerOf(join(folder, name))
      // The lock that it guarded is gone, so whoever takes the guard now finds nothing to take over.
      if (owner !== undefined && isOver(owner)) await rm(join(folder, name), { force: true })
    }
  })
  await removeLeftovers(folder)
}

function busy(path: string, owner: Owner | undefined): KaweezleError {
  const who = owner === undefined ? 'another program' : `kaweezle (process ${owner.pid} on ${owner.host})`
  return new KaweezleError('BUSY', `${path}: ${who} holds the lock of the kubeconfig`, {
    hint:
      owner === undefined
        ? 'Wait for it; if no kubectl or other tool runs, one was killed: remove that file.'
        : 'Wait for it, or end that process.',
  })
}
