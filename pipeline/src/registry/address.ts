import { PipelineError } from '../errors.ts'
import { redact } from '../fetch/redact.ts'
import { isLoopback } from './loopback.ts'

/** A server that has images. */
export interface RegistryAddress {
  /** As people write it, and as credentials are kept for it: with a port where one is given. */
  readonly host: string
  /** Repositories are below it; ends with a slash. */
  readonly base: URL
}

const dockerHub = 'registry-1.docker.io'
const host = String.raw`[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\]`
const component = '[a-z0-9]+(?:[._-]+[a-z0-9]+)*'
const address = new RegExp(`^(https?://)?((?:${host})(?::[0-9]{1,5})?)((?:/${component})*)/?$`)

/** Whether `host` is one of the names of Docker Hub. */
export function isDockerHub(host: string): boolean {
  return ['docker.io', 'index.docker.io', dockerHub].includes(host)
}

/**
 * Reads `[http://|https://]HOST[:PORT][/PREFIX]`. Without a scheme it is asked over https, and over http where it is
 * this very machine.
 * @throws PipelineError `USAGE`
 */
export function parseRegistryAddress(text: string): RegistryAddress {
  const [, scheme, named = '', prefix = ''] = address.exec(text) ?? []
  const host = isDockerHub(named) ? dockerHub : named
  const base = URL.parse(`${scheme ?? 'https://'}${host}/v2${prefix}/`)
  if (host === '' || base === null) {
    // As redact() knows credentials: after two slashes.
    const shown = redact(`//${text}`).slice(2)
    throw new PipelineError('USAGE', `"${shown}" is not the address of a registry`, {
      hint: 'Write it as HOST[:PORT][/PREFIX]; credentials belong into the Docker config file.',
    })
  }
  if (scheme === undefined && isLoopback(base)) return { host, base: new URL(`http://${host}/v2${prefix}/`) }
  return { host, base }
}
