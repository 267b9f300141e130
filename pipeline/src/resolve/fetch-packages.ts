import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { type PackageFacts, verifyPackage } from '../apk/package.ts'
import { isSha256, type Sha256 } from '../digest.ts'
import { fetchAll } from '../fetch/fetch-all.ts'
import type { LockedPackage } from '../locks/schema.ts'
import type { VerifiedBlob } from '../store/blob.ts'
import type { Store } from '../store/store.ts'
import type { LocatedPackage } from './locate.ts'
import type { PackageSource } from './package-source.ts'

/** A package file whose parts were checked against each other, its signature, and the lock or the index. */
export interface FetchedPackage {
  /** As in a lock. */
  readonly repository: string
  readonly blob: VerifiedBlob
  readonly facts: PackageFacts
}

/** The name of a package's file in its repository. */
export function packageFile({ name, version }: { name: string; version: string }): string {
  return `${name}-${version}.apk`
}

/**
 * Fetches locked packages, from the store where it has them, in the order of the lock.
 * @throws PipelineError those of the fetcher and of `verifyPackage`.
 */
export function fetchLocked(
  packages: readonly LockedPackage[],
  source: PackageSource,
): Promise<FetchedPackage[]> {
  const { fetcher, upstream, architecture, keys } = source
  return fetchAll(
    packages,
    async (locked, signal) => {
      const { repository, size, sha256, checksum } = locked
      const label = packageFile(locked)
      const place = upstream.inRepository(repository, `${architecture}/${label}`)
      const blob = await fetcher.fetchBlob({ ...place, label, size, sha256, signal })
      const facts = await verifyPackage(createReadStream(blob.path), { label, keys, checksum, size, sha256 })
      return { repository, blob, facts }
    },
    source,
  )
}

const knownFile = z.strictObject({
  sha256: z.custom<Sha256>((value) => typeof value === 'string' && isSha256(value)),
})

/**
 * Fetches packages that only an index vouches for so far. One that an earlier run fetched under the same identity
 * and size is taken from the store.
 * @throws PipelineError those of the fetcher and of `verifyPackage`.
 */
export function fetchResolved(
  packages: readonly LocatedPackage[],
  source: PackageSource & { readonly store: Store },
): Promise<FetchedPackage[]> {
  const { fetcher, upstream, architecture, keys, store } = source
  return fetchAll(
    packages,
    async ({ repository, entry }, signal) => {
      const { checksum, size } = entry
      const label = packageFile(entry)
      const place = upstream.inRepository(repository, `${architecture}/${label}`)
      const verify = (path: string) => verifyPackage(createReadStream(path), { label, keys, checksum, size })
      const record = Buffer.from(checksum).toString('hex')
      const known = await store.readRecord('apk', record, knownFile)
      const kept = known && (await store.find(known.sha256, size))
      const blob =
        kept ??
        (await fetcher.fetchUnlocked({
          ...place,
          label,
          size,
          signal,
          maximumSize: size,
          verify: async ({ path }) => void (await verify(path)),
        }))
      const facts = await verify(blob.path)
      if (kept === undefined) await store.writeRecord('apk', record, { sha256: blob.sha256 })
      return { repository, blob, facts }
    },
    source,
  )
}
