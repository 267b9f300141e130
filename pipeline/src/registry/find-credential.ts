import { homedir } from 'node:os'
import { join } from 'node:path'
import { isDockerHub } from './address.ts'
import { type AuthEntry, type AuthFile, readAuthFile } from './auth-file.ts'
import type { Credential, CredentialOptions } from './credential.ts'
import { askHelper } from './credential-helper.ts'

/**
 * What `docker login` or `podman login` keep for the registry at `host`; nothing where they keep nothing. Podman's file
 * comes first, where `REGISTRY_AUTH_FILE` names one.
 * @throws PipelineError `FILE_FAILED` when a file cannot be read or a helper fails
 */
export async function findCredential(
  host: string,
  { env, signal }: CredentialOptions,
): Promise<Credential | undefined> {
  const docker = join(env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker'), 'config.json')
  const podman = env['REGISTRY_AUTH_FILE']
  for (const path of podman ? [podman, docker] : [docker]) {
    const file = await readAuthFile(path)
    const found = file && (await findInFile(host, file, { env, signal }))
    if (found !== undefined) return found
  }
  return undefined
}

async function findInFile(
  host: string,
  { auths, credHelpers, credsStore }: AuthFile,
  options: CredentialOptions,
): Promise<Credential | undefined> {
  // The key that `docker login` without a server leaves.
  const server = isDockerHub(host) ? 'https://index.docker.io/v1/' : host
  const own = valueFor(host, credHelpers)
  const helper = own ?? credsStore
  const isOptional = own === undefined
  const kept = helper === '' ? undefined : await askHelper(helper, server, { ...options, isOptional })
  return kept ?? fromEntry(valueFor(host, auths))
}

/** The value under any of the keys that programs have used for a registry: with a scheme, with the API's version. */
function valueFor<Value>(host: string, values: Readonly<Record<string, Value>>): Value | undefined {
  if (Object.hasOwn(values, host)) return values[host]
  const same = (key: string): boolean => {
    const bare = key.replace(/^https?:\/\//, '').replace(/(\/v[12])?\/?$/, '')
    return bare === host || (isDockerHub(bare) && isDockerHub(host))
  }
  return Object.entries(values).find(([key]) => same(key))?.[1]
}

function fromEntry(entry: AuthEntry | undefined): Credential | undefined {
  if (entry?.identitytoken) return { type: 'identity', token: entry.identitytoken }
  if (!entry?.auth) return undefined
  const { username, password } = entry.auth
  return { type: 'password', username, password }
}
