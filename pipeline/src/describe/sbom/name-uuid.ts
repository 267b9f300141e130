import { createHash } from 'node:crypto'

/** Of URLs (RFC 9562, section 6.6). */
const namespace = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex')

/** The UUID that stands for a URL, always the same (RFC 9562, section 5.5: version 5). */
export function uuidOfUrl(url: string): string {
  const hash = createHash('sha1').update(namespace).update(url).digest()
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = hash.toString('hex')
  const cuts = [0, 8, 12, 16, 20, 32]
  return cuts
    .slice(1)
    .map((end, index) => hex.slice(cuts[index], end))
    .join('-')
}

/** A URL below ours that only a document of these contents has. */
export function documentUrl(format: string, contents: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(contents)).digest('hex')
  return `https://github.com/kaweezle/kaweezle/sbom/${format}/${digest}`
}
