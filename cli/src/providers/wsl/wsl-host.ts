import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isKaweezleError, KaweezleError } from '../../errors.ts'
import { hasDisk, type Own } from './cluster-places.ts'
import type { WslClient } from './wsl-client.ts'

/** What the parts of the provider work with. */
export interface WslHost {
  readonly client: WslClient
  /** The same for what is to be done after an interruption, which ends all calls of the other. */
  readonly afterwards: WslClient
  /** The folder of all clusters. */
  readonly root: string
  /** Milliseconds that an import or a removal of another process is waited for. */
  readonly patience: number
  /** Whether something on this host has a port of 127.0.0.1. */
  readonly isPortTaken: (port: number) => Promise<boolean>
}

export function includesName(names: readonly string[], wanted: string): boolean {
  return names.some((name) => name.toLowerCase() === wanted.toLowerCase())
}

/** Whether the distribution is there as a whole, and ours: its disk is where we had it put. */
export async function isOwn(names: readonly string[], own: Own): Promise<boolean> {
  return includesName(names, own.name) && (await hasDisk(own))
}

/** Fails where one of another owner has the name. */
export async function assertNotForeign(names: readonly string[], owns: readonly Own[]): Promise<void> {
  const [{ name } = { name: '' }] = owns
  if (!includesName(names, name)) return
  for (const own of owns) if (await hasDisk(own)) return
  throw new KaweezleError('PROVIDER_FAILED', `the distribution ${name} is not one of kaweezle's`, {
    hint: `Use \`--name\` with another name, or remove it yourself with \`wsl --unregister ${name}\`, which deletes its files.`,
  })
}

/** Makes sure that nothing is left of a distribution of ours, be it half imported: neither with WSL nor on disk. */
export async function clear({ client, patience }: WslHost, own: Own): Promise<void> {
  if (await hasDisk(own)) await unregister(client, own, patience)
  // On Windows a file that was just closed may be held for a moment by a virus scanner.
  await rm(own.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
}

async function unregister(client: WslClient, { name }: Own, patience: number): Promise<void> {
  for (const until = Date.now() + patience; ; await sleep(200)) {
    if (!includesName(await client.listAll(), name)) return
    try {
      await client.unregister(name)
    } catch (error) {
      // A wsl.exe whose caller was killed goes on with its import, and leaves a whole distribution.
      if (!isKaweezleError(error, 'PROVIDER_FAILED') || Date.now() > until) throw error
    }
  }
}

/** Waits while WSL imports or removes the distribution for a process that may be gone. */
export async function settle({ client, patience }: WslHost, { name }: Own): Promise<readonly string[]> {
  for (const until = Date.now() + patience; ; await sleep(200)) {
    const [whole, all] = [await client.list(), await client.listAll()]
    if (includesName(whole, name) === includesName(all, name) || Date.now() > until) return whole
  }
}

/** Imports a distribution in place of what is left of it. */
export async function importAnew(host: WslHost, own: Own, tarball: string): Promise<void> {
  await clear(host, own)
  // WSL makes the last folder of the path only.
  await mkdir(dirname(own.folder), { recursive: true })
  try {
    await host.client.import(own.name, own.folder, tarball)
  } catch (error) {
    // WSL goes on with the import: the next call waits for its end, and clears then.
    if (!isKaweezleError(error, 'TIMED_OUT', 'INTERRUPTED')) await clear(host, own)
    throw error
  }
}
