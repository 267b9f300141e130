import { basename, resolve } from 'node:path'
import type { KeyPair } from '../apk/sign.ts'
import { defaultKeyFolder } from './key-folder.ts'
import { localKey, readKey } from './local-key.ts'
import { parseKey } from './parse-key.ts'

/** Which key signs the agent's packages: that of a file, one in PEM, or the one that this user has for local builds. */
export type KeyChoice =
  | { readonly file: string }
  | { readonly pem: string; readonly variable: string }
  | 'local'

/** What a flag and the environment say; a flag wins, and a file over a text. An empty variable says nothing. */
export function chooseKey(flag: string | undefined, env: NodeJS.ProcessEnv): KeyChoice {
  const file = flag ?? (env['KAWEEZLE_AGENT_KEY'] || undefined)
  if (file !== undefined) return { file: resolve(file) }
  const variable = 'KAWEEZLE_AGENT_KEY_PEM'
  const pem = env[variable]
  return pem ? { pem, variable } : 'local'
}

/**
 * The key that was chosen; that for local builds is made where there is none yet.
 * @throws PipelineError `KEY_INVALID`, `FILE_FAILED`, `DISK_FULL`; `USAGE` where a local one has no place.
 */
export function openKey(choice: KeyChoice, env: NodeJS.ProcessEnv): Promise<KeyPair> {
  if (choice === 'local') return localKey(defaultKeyFolder(env, process.platform))
  if ('file' in choice) return readKey(choice.file, basename(choice.file))
  return Promise.resolve(parseKey(choice.pem, { label: `the key in ${choice.variable}` }))
}
