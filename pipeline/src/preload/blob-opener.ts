import { createReadStream } from 'node:fs'
import type { Sha256 } from '../digest.ts'
import { formatDigest } from '../oci/digest.ts'
import type { Blobs } from '../store/blobs.ts'

/** Opens blobs that are in the store; a missing one is a bug in what should have fetched it. */
export function blobOpener(store: Pick<Blobs, 'find'>): (sha256: Sha256) => AsyncIterable<Uint8Array> {
  return async function* open(sha256) {
    const blob = await store.find(sha256)
    if (blob === undefined) throw new Error(`${formatDigest(sha256)} is not in the store`)
    yield* createReadStream(blob.path, { highWaterMark: 2 ** 18 })
  }
}
