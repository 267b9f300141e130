import { isPipelineError, PipelineError } from '../errors.ts'
import { httpSource } from '../fetch/http-source.ts'
import { redact } from '../fetch/redact.ts'
import type { Source } from '../fetch/source.ts'
import { indexMediaTypes, manifestMediaTypes } from '../oci/media-types.ts'
import { type ImageReference, parseImageReference } from '../oci/reference.ts'
import { parseRegistryAddress } from './address.ts'
import { authorizeRepository } from './authorize-repository.ts'
import { proxiesFor } from './loopback.ts'
import { registryHint } from './registry-hint.ts'

export interface RegistriesOptions {
  /** Where to ask instead of a registry: `[http://|https://]ADDR[/PREFIX]` by its host. */
  readonly mirrors?: ReadonlyMap<string, string>
  /** For the proxies, and for where credentials are kept. */
  readonly env: NodeJS.ProcessEnv
}

/** Every registry that references can name. */
export interface Registries {
  /**
   * The repository that a reference names: its paths are `manifests/<tag>`, `manifests/sha256:<hex>` and
   * `blobs/sha256:<hex>` (distribution-spec, "Pull"). All images of a repository share one source, and its token.
   * @throws PipelineError `USAGE` when a mirror or a proxy variable is no address
   */
  sourceOf(reference: Pick<ImageReference, 'registry' | 'repository'>): Source
}

/** The last, as others send it too: blobs have types of their own. */
const accepted = [...indexMediaTypes, ...manifestMediaTypes, '*/*'].join(', ')

/** Opens nothing yet: a registry is asked when a file of it is. */
export function openRegistries({ mirrors = new Map(), env }: RegistriesOptions): Registries {
  const sources = new Map<string, Source>()
  return {
    sourceOf({ registry, repository }) {
      const { host, base } = parseRegistryAddress(mirrors.get(registry) ?? registry)
      const url = new URL(repository, base)
      const known = sources.get(url.href)
      if (known !== undefined) return known
      const hint = registryHint(host)
      const authorize = authorizeRepository({ host, url, env, hint })
      const source = httpSource(url, proxiesFor(url, env), { headers: { accept: accepted }, authorize, hint })
      sources.set(url.href, source)
      return source
    },
  }
}

/**
 * Reads what `--registry-mirror` takes, `HOST=ADDR[/PREFIX]`: a registry as references have it, and where to ask
 * instead.
 * @throws PipelineError `USAGE`
 */
export function parseRegistryMirror(text: string): [host: string, address: string] {
  const equals = text.indexOf('=')
  const host = text.slice(0, Math.max(0, equals))
  const registry = registryOf(`${host}/repository`)
  if (registry === undefined || (registry !== host && host !== 'index.docker.io')) {
    throw new PipelineError('USAGE', `"${redact(host)}" is not a registry that could have a mirror`, {
      hint: 'Write it as HOST=ADDR[/PREFIX], for example registry.k8s.io=127.0.0.1:5000/k8s.',
    })
  }
  const mirror = text.slice(equals + 1)
  parseRegistryAddress(mirror)
  return [registry, mirror]
}

function registryOf(reference: string): string | undefined {
  try {
    return parseImageReference(reference).registry
  } catch (error) {
    if (isPipelineError(error, 'RECIPE_INVALID')) return undefined
    throw error
  }
}
