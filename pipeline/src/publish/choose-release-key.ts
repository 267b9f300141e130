import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { FormatError } from '@kaweezle/release-format/format-error.ts'
import { parseSecretKey, type SecretKey } from '@kaweezle/release-format/minisign-key.ts'
import { PipelineError } from '../errors.ts'
import { orFileError } from '../store/file-error.ts'

/** What signs a release: the key of a file, one as text, or none. */
export type ReleaseKeyChoice =
  | { readonly file: string }
  | { readonly text: string; readonly variable: string }
  | 'unsigned'

/**
 * What flags and environment say; a flag wins, and a file over a text. An empty variable says nothing.
 * @throws PipelineError `USAGE` when nothing names a key: an unsigned release has to be asked for
 */
export function chooseReleaseKey(
  { key, unsigned }: { readonly key?: string | undefined; readonly unsigned?: boolean | undefined },
  env: NodeJS.ProcessEnv,
): ReleaseKeyChoice {
  if (unsigned === true) {
    if (key === undefined) return 'unsigned'
    throw new PipelineError('USAGE', '--key and --unsigned contradict each other', {
      hint: 'Give one of them.',
    })
  }
  const file = key ?? (env['KAWEEZLE_RELEASE_KEY'] || undefined)
  if (file !== undefined) return { file: resolve(file) }
  const variable = 'KAWEEZLE_RELEASE_KEY_TEXT'
  const text = env[variable]
  if (text) return { text, variable }
  throw new PipelineError('USAGE', 'nothing says which key signs the release', {
    hint: 'Name a minisign key with --key or KAWEEZLE_RELEASE_KEY, or give --unsigned.',
  })
}

/**
 * The key that was chosen; undefined where the release is to be unsigned.
 * @throws PipelineError `KEY_INVALID`, `FILE_FAILED`
 */
export async function openReleaseKey(choice: ReleaseKeyChoice): Promise<SecretKey | undefined> {
  if (choice === 'unsigned') return undefined
  if ('text' in choice) return parse(choice.text, `the key in ${choice.variable}`)
  const { file } = choice
  return parse(await orFileError(file, () => readFile(file, 'utf8')), file)
}

function parse(text: string, label: string): SecretKey {
  try {
    return parseSecretKey(text)
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    throw new PipelineError('KEY_INVALID', `${label}: ${cause.message}`, {
      hint: 'Give a minisign secret key without a password, such as `minisign -G -W` makes.',
      cause,
    })
  }
}
