import * as z from 'zod'
import { AgentError } from '../errors.ts'
import { readYaml } from './read-yaml.ts'

/** What the current context of a kubeconfig says. Materials are PEM, in it or in a file that it names. */
export interface Kubeconfig {
  /** Of the current context. */
  readonly name: string
  readonly server: string
  readonly authority: Material
  readonly certificate: Material
  readonly key: Material
}

export type Material =
  | { readonly kind: 'embedded'; readonly pem: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'none' }

/** The largest kubeconfig in use is some KiB. */
const sizeLimit = 1024 * 1024

const base64 = z.string().regex(/^[A-Za-z0-9+/\s]*={0,2}\s*$/)

/** https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/; what the agent has no use for is let through. */
const kubeconfigSchema = z.object({
  'current-context': z.string(),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({
        server: z.url({ protocol: /^https?$/ }),
        'certificate-authority': z.string().optional(),
        'certificate-authority-data': base64.optional(),
      }),
    }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z
        .object({
          'client-certificate': z.string().optional(),
          'client-certificate-data': base64.optional(),
          'client-key': z.string().optional(),
          'client-key-data': base64.optional(),
        })
        .nullish(),
    }),
  ),
})

/**
 * Parses a kubeconfig.
 * @param path only for the error.
 * @throws AgentError `FILE_FAILED` when it is not one, or its current context is not complete.
 */
export function parseKubeconfig(text: string, path: string): Kubeconfig {
  const found = kubeconfigSchema.safeParse(parseYaml(text, path))
  if (!found.success) {
    const [issue] = found.error.issues
    throw damaged(path, issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`)
  }
  const { contexts, clusters, users, 'current-context': name } = found.data
  const context = contexts.find((candidate) => candidate.name === name)?.context
  if (context === undefined) throw damaged(path, `its current context ${JSON.stringify(name)} is not in it`)
  const cluster = clusters.find((candidate) => candidate.name === context.cluster)?.cluster
  const user = users.find((candidate) => candidate.name === context.user)?.user
  if (cluster === undefined || !user)
    throw damaged(path, `its context ${JSON.stringify(name)} is not complete`)
  return {
    name,
    server: cluster.server,
    authority: material(cluster['certificate-authority-data'], cluster['certificate-authority']),
    certificate: material(user['client-certificate-data'], user['client-certificate']),
    key: material(user['client-key-data'], user['client-key']),
  }
}

function parseYaml(text: string, path: string): unknown {
  if (text.length > sizeLimit) throw damaged(path, `it is larger than ${sizeLimit >> 10} KiB`)
  try {
    return readYaml(text)
  } catch (error) {
    throw damaged(path, 'it is no YAML', error)
  }
}

function material(data: string | undefined, path: string | undefined): Material {
  if (data) return { kind: 'embedded', pem: Buffer.from(data, 'base64').toString('latin1') }
  return path ? { kind: 'file', path } : { kind: 'none' }
}

function damaged(path: string, reason: string, cause?: unknown): AgentError {
  return new AgentError('FILE_FAILED', `${path} is not a usable kubeconfig: ${reason}`, {
    hint: 'Remove it: `iknite start` makes a new one.',
    cause,
  })
}
