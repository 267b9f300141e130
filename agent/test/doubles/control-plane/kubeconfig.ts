import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'

/** What is needed to speak with a server: PEM texts. */
export interface Connection {
  server: string
  ca?: string
  certificate?: string
  key?: string
}

interface Kubeconfig {
  'current-context'?: string
  contexts?: { name: string; context: { cluster: string; user: string } }[]
  clusters?: { name: string; cluster: Record<string, string> }[]
  users?: { name: string; user: Record<string, string> }[]
}

/** The current context of a kubeconfig file; files it names are read, relative to it. */
export function readKubeconfig(path: string): Connection {
  const file = parse(readFileSync(path, 'utf8')) as Kubeconfig
  const context = file.contexts?.find(({ name }) => name === file['current-context'])?.context
  const cluster = file.clusters?.find(({ name }) => name === context?.cluster)?.cluster
  const user = file.users?.find(({ name }) => name === context?.user)?.user ?? {}
  const server = cluster?.['server']
  if (!cluster || !server) throw new Error(`invalid configuration: no server has been provided in ${path}`)
  const pem = (of: Record<string, string>, field: string): string | undefined => {
    const data = of[`${field}-data`]
    if (data !== undefined) return Buffer.from(data, 'base64').toString()
    const named = of[field]
    return named === undefined ? undefined : readFileSync(resolve(dirname(path), named), 'utf8')
  }
  const ca = pem(cluster, 'certificate-authority')
  const certificate = pem(user, 'client-certificate')
  const key = pem(user, 'client-key')
  return { server, ...(ca && { ca }), ...(certificate && { certificate }), ...(key && { key }) }
}
