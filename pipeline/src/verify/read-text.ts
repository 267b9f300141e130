import { treePath } from '../tree/path.ts'
import { resolvePath } from '../tree/resolve.ts'
import type { VerifyInput } from './rule.ts'

/**
 * The text of a small file, as a byte string, by its path in the image: links are followed. '' where there is no
 * such file.
 */
export async function readText({ tree, head }: VerifyInput, path: string): Promise<string> {
  const file = resolvePath(tree, treePath(path))
  if (file?.type !== 'file') return ''
  return Buffer.from(await head(file.path, file.size)).toString('latin1')
}
