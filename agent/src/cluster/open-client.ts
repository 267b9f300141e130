import { AgentError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { type ApiClient, apiClient } from './api-client.ts'
import { type Material, parseKubeconfig } from './kubeconfig.ts'

/**
 * A client with the credentials of a kubeconfig.
 * @param timeLimit milliseconds for one request.
 * @throws AgentError `FILE_FAILED` when it is missing or lacks something.
 */
export async function openClient(host: Host, path: string, timeLimit?: number): Promise<ApiClient> {
  const text = await host.files.read(path)
  if (text === undefined) throw lacking(path, 'it is not there')
  const { server, authority, certificate, key } = parseKubeconfig(text, path)
  const read = async (material: Material, name: string): Promise<string> => {
    const pem = await readMaterial(host, material)
    if (pem === undefined) throw lacking(path, `it has no ${name}`)
    return pem
  }
  return apiClient(
    {
      server,
      authority: await read(authority, 'certificate authority'),
      certificate: await read(certificate, 'client certificate'),
      key: await read(key, 'client key'),
    },
    { signal: host.signal, ...(timeLimit !== undefined && { timeLimit }) },
  )
}

/** What a kubeconfig has embedded or names a file for, as PEM; undefined where there is none. */
export async function readMaterial({ files }: Host, material: Material): Promise<string | undefined> {
  if (material.kind === 'embedded') return material.pem
  return material.kind === 'file' ? files.read(material.path) : undefined
}

function lacking(path: string, reason: string): AgentError {
  return new AgentError('FILE_FAILED', `the cluster cannot be asked with ${path}: ${reason}`, {
    hint: 'Run `iknite start`: it makes what is missing.',
  })
}
