import { pristineFiles } from '../normalise/owned-files.ts'
import type { TreePath } from '../tree/entry.ts'
import type { VerifyInput } from './rule.ts'

/** No key or configuration file is larger; what is, has its beginning looked at. */
const limit = 1 << 20

/**
 * The files that were made here and in no package: by package scripts, by the recipe or by the pipeline. Their
 * texts are byte strings.
 */
export async function* ownTexts(input: VerifyInput): AsyncGenerator<{ path: TreePath; text: string }> {
  const pristine = pristineFiles(input.packages, input)
  for (const { path, type } of input.tree.values()) {
    if (type !== 'file' || pristine.has(path)) continue
    yield { path, text: Buffer.from(await input.head(path, limit)).toString('latin1') }
  }
}
