import { parse, YAMLParseError } from 'yaml'
import * as z from 'zod'
import { KaweezleError } from '../errors.ts'
import type { ClusterAccess } from './own-entries.ts'

/** PEM in base64, as kubeadm writes it. */
const pem = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64').toString('latin1'))
  .refine((text) => text.startsWith('-----BEGIN '), 'not PEM')

const kubeconfigSchema = z.object({
  'current-context': z.string(),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({ server: z.url({ protocol: /^https$/ }), 'certificate-authority-data': pem }),
    }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z.object({ 'client-certificate-data': pem, 'client-key-data': pem }),
    }),
  ),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
})

/**
 * The access to a cluster out of what `iknite kubeconfig` prints, with or without `--json`.
 * @throws KaweezleError `AGENT_FAILED` when it is not a kubeconfig with a current context
 */
export function parseAgentKubeconfig(text: string): ClusterAccess {
  const { data, error } = kubeconfigSchema.safeParse(parsed(text))
  if (data === undefined) {
    const details = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw unusable({ details })
  }
  const context = named(data.contexts, data['current-context'])?.context
  const cluster = named(data.clusters, context?.cluster)?.cluster
  const user = named(data.users, context?.user)?.user
  if (cluster === undefined || user === undefined) {
    throw unusable({ details: ['its current context, or the cluster or user of it, is not there'] })
  }
  return {
    server: cluster.server,
    certificateAuthority: cluster['certificate-authority-data'],
    clientCertificate: user['client-certificate-data'],
    clientKey: user['client-key-data'],
  }
}

function named<T extends { readonly name: string }>(entries: readonly T[], name: string | undefined) {
  return entries.find((entry) => entry.name === name)
}

function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' })
  } catch (cause) {
    if (cause instanceof YAMLParseError || cause instanceof ReferenceError) throw unusable({ cause })
    throw cause
  }
}

function unusable(options: { details?: readonly string[]; cause?: unknown }): KaweezleError {
  return new KaweezleError('AGENT_FAILED', 'iknite printed no usable kubeconfig', {
    hint: 'Start the cluster again; if it goes on, update it.',
    ...options,
  })
}
