import { execa } from 'execa'
import { z } from 'zod'
import { PipelineError } from '../errors.ts'
import { redact } from '../fetch/redact.ts'
import { jsonOrUndefined } from '../json.ts'
import type { Credential, CredentialOptions } from './credential.ts'

export interface HelperOptions extends CredentialOptions {
  /** Whether a helper that is not installed counts as one that knows nothing. */
  readonly isOptional: boolean
}

const answer = z.object({ Username: z.string(), Secret: z.string() })

/**
 * What `docker-credential-<name> get` keeps for a server; nothing where it keeps nothing (docker-credential-helpers,
 * "Development").
 * @throws PipelineError `FILE_FAILED`
 */
export async function askHelper(
  name: string,
  server: string,
  { env, signal, isOptional }: HelperOptions,
): Promise<Credential | undefined> {
  const program = `docker-credential-${name}`
  const result = await execa(program, ['get'], {
    cwd: '/',
    env,
    extendEnv: false,
    input: server,
    timeout: 20_000,
    maxBuffer: 64 * 1024,
    cancelSignal: signal,
    reject: false,
  })
  signal.throwIfAborted()
  if (result.code === 'ENOENT' && isOptional) return undefined
  const { stdout } = result
  // The one way in which the protocol says so.
  if (result.exitCode !== undefined && result.exitCode > 0 && stdout.includes('credentials not found'))
    return undefined
  if (result.failed) throw failed(program, server, reasonOf(result))
  const kept = answer.safeParse(jsonOrUndefined(stdout))
  if (!kept.success) throw failed(program, server, 'its answer is not of the protocol')
  const { Username: username, Secret: secret } = kept.data
  if (secret === '') return undefined
  return username === '<token>'
    ? { type: 'identity', token: secret }
    : { type: 'password', username, password: secret }
}

function reasonOf(result: {
  timedOut: boolean
  isMaxBuffer: boolean
  code?: string | undefined
  stdout: string
}): string {
  if (result.code === 'ENOENT') return 'it is not installed'
  if (result.timedOut) return 'it took more than 20 s'
  if (result.isMaxBuffer) return 'it printed too much'
  return redact(result.stdout.split('\n')[0] ?? '').slice(0, 200) || 'it failed'
}

function failed(program: string, server: string, reason: string): PipelineError {
  return new PipelineError('FILE_FAILED', `${program} gave no credentials for ${server}: ${reason}`, {
    hint: 'Repair it, or take it out of the Docker config file.',
  })
}
