import { writeFile } from 'node:fs/promises'
import { publicKeyLine } from '@kaweezle/release-format/minisign-key.ts'
import { testKeyText } from '../pipeline/test/support/github-double-world.ts'
import { makeKey } from '../release-format/test/support/make-key.ts'

/** Makes a pair of minisign keys: the secret one in a file, and the line of the public one. */
export async function makeKeys(file: string): Promise<string> {
  const key = makeKey()
  await writeFile(file, testKeyText(key), { mode: 0o600 })
  return publicKeyLine(key)
}
