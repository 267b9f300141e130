import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha256 } from '../digest.ts'
import type { VerifiedBlob } from './blob.ts'
import { type Draft, type Expected, openDraft, type Written } from './draft.ts'
import { orFileError } from './file-error.ts'
import { makeFolder } from './folder.ts'
import { hashFile } from './hash-file.ts'
import { temporaryPath } from './leftovers.ts'

/** Refuses, by throwing, a file whose size and digest are already known to be right. */
export type Verify = (file: Written & { readonly path: string }) => Promise<void>

/** Files by their SHA-256. */
export interface Blobs {
  /**
   * The blob, if the store has it whole. It is hashed the first time this process asks; a damaged one is
   * reported, removed, and then absent.
   */
  find(sha256: Sha256, size?: number): Promise<VerifiedBlob | undefined>
  /** Whether {@link find} met this blob and removed it because it was damaged. */
  wasDamaged(sha256: Sha256): boolean
  /**
   * Stores all of `chunks`, or nothing.
   * @throws PipelineError `CHECKSUM_MISMATCH`, `DISK_FULL`, `FILE_FAILED`, and whatever `chunks` throws
   */
  put(label: string, chunks: AsyncIterable<Uint8Array>, expected?: Expected): Promise<VerifiedBlob>
  /** Opens a draft for {@link commit}; one whose digest is known continues where an earlier run stopped. */
  draft(label: string, expected: Expected): Promise<Draft>
  /**
   * Makes a blob of a draft that is complete, and that `verify` does not refuse.
   * @throws PipelineError `CHECKSUM_MISMATCH`, `DISK_FULL`, `FILE_FAILED`, and whatever `verify` throws
   */
  commit(draft: Draft, verify?: Verify): Promise<VerifiedBlob>
}

export interface BlobsOptions {
  /** Where the store is. */
  readonly folder: string
  /** Told of each blob that is on the disk and no longer what its name says. */
  readonly onDamaged: (path: string) => void
}

/** The blobs below `folder`: `blobs/sha256/ab/ab…`, and `partial/` for those that are not complete. */
export function openBlobs({ folder, onDamaged }: BlobsOptions): Blobs {
  const verified = new Map<Sha256, Promise<VerifiedBlob | undefined>>()
  const damaged = new Set<Sha256>()
  const partial = join(folder, 'partial')
  const pathOf = (sha256: Sha256) => join(folder, 'blobs/sha256', sha256.slice(0, 2), sha256)

  async function check(sha256: Sha256): Promise<VerifiedBlob | undefined> {
    const path = pathOf(sha256)
    const found = await hashFile(path)
    if (found?.sha256 === sha256) return asVerified(path, sha256, found.size)
    if (found !== undefined) {
      damaged.add(sha256)
      onDamaged(path)
      await orFileError(path, () => rm(path, { force: true }))
    }
    verified.delete(sha256)
    return undefined
  }

  const blobs: Blobs = {
    async find(sha256, size) {
      const pending = verified.get(sha256) ?? check(sha256)
      verified.set(sha256, pending)
      const blob = await pending
      return size === undefined || blob?.size === size ? blob : undefined
    },

    wasDamaged: (sha256) => damaged.has(sha256),

    async put(label, chunks, expected) {
      await makeFolder(partial)
      const draft = await openDraft({ path: temporaryPath(partial), label, expected })
      try {
        for await (const chunk of chunks) await draft.append(chunk)
        return await blobs.commit(draft)
      } catch (error) {
        await draft.discard()
        throw error
      }
    },

    async draft(label, expected) {
      await makeFolder(partial)
      return expected.sha256 === undefined
        ? openDraft({ path: temporaryPath(partial), label, expected })
        : openDraft({ path: join(partial, expected.sha256), label, expected, resume: true })
    },

    async commit(draft, verify) {
      const { sha256, size } = await draft.seal()
      await verify?.({ path: draft.path, sha256, size })
      const path = pathOf(sha256)
      await draft.publish(path)
      const blob = asVerified(path, sha256, size)
      verified.set(sha256, Promise.resolve(blob))
      return blob
    },
  }
  return blobs
}

/** The one place that vouches: call it only with what was just hashed. */
function asVerified(path: string, sha256: Sha256, size: number): VerifiedBlob {
  return { path, sha256, size } as VerifiedBlob
}
