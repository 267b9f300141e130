import { randomBytes } from 'node:crypto'
import { keyId, keyOf, type SecretKey } from '../../src/minisign-key.ts'

/** A new key, for one test. */
export function makeKey(): SecretKey {
  return keyOf(keyId(randomBytes(8)), randomBytes(32))
}
