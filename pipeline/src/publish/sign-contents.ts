import { createHash } from 'node:crypto'
import { formatChecksums } from '@kaweezle/release-format/checksums.ts'
import { signMessage } from '@kaweezle/release-format/minisign.ts'
import type { SecretKey } from '@kaweezle/release-format/minisign-key.ts'
import { checksumsFile, signatureFile } from '@kaweezle/release-format/release-files.ts'
import type { Sha256 } from '../digest.ts'
import type { AssetSource } from './asset.ts'

/**
 * The list of all digests, and its signature where there is a key. The same files and key give the same bytes, so
 * that another run finds them as they are.
 */
export function signContents(
  assets: readonly AssetSource[],
  { tag, key }: { readonly tag: string; readonly key: SecretKey | undefined },
): AssetSource[] {
  const list = formatChecksums(new Map(assets.map(({ name, sha256 }) => [name, sha256])))
  const made = [textAsset(checksumsFile, list)]
  if (key === undefined) return made
  const signature = signMessage(Buffer.from(list), key, { trustedComment: `Kaweezle ${tag}` })
  return [...made, textAsset(signatureFile, signature)]
}

function textAsset(name: string, text: string): AssetSource {
  const from = Buffer.from(text)
  const sha256 = createHash('sha256').update(from).digest('hex') as Sha256
  return { name, size: from.length, sha256, contentType: 'text/plain', from }
}
