import { createHash } from 'node:crypto'
import type { Sha256 } from '../digest.ts'

/**
 * What containers/storage calls the layers of an image with these diffIDs, lowest first: the lowest is its diffID,
 * others are the digest of `<id below>+<diffID>`. This is not the chain id of image-spec.
 */
export function layerIds(diffIds: readonly Sha256[]): Sha256[] {
  const ids: Sha256[] = []
  for (const diffId of diffIds) {
    const below = ids.at(-1)
    ids.push(below === undefined ? diffId : sha256(`${below}+${diffId}`))
  }
  return ids
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** A mount's options hold up to 128 of them in one page (containers/storage, `idLength`). */
const shortNameLength = 26

/**
 * The name of a layer in the options of a mount: 26 digits in base 32 (RFC 4648). containers/storage takes random
 * ones; these depend on the layer's id only.
 */
export function shortName(layerId: Sha256): string {
  let bits = BigInt(`0x${sha256(layerId)}`) >> BigInt(256 - 5 * shortNameLength)
  let name = ''
  for (let i = 0; i < shortNameLength; i++) {
    name = `${alphabet[Number(bits & 31n)]}${name}`
    bits >>= 5n
  }
  return name
}

function sha256(text: string): Sha256 {
  return createHash('sha256').update(text).digest('hex') as Sha256
}
