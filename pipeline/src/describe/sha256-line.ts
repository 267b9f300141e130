import type { Sha256 } from '../digest.ts'

/** What a `.sha256` file holds: the hex digest alone, without a file name, as kaweezle's releases always had it. */
export function sha256Line(sha256: Sha256): string {
  return `${sha256}\n`
}
