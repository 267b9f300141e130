import * as z from 'zod'
import { architectures } from './architecture.ts'
import { FormatError } from './format-error.ts'

/** What becomes part of paths and of lines on a terminal. */
const word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}$/, 'is not a short plain word')

/** Bytes; the bound keeps a hostile number from being waited for. */
const size = z
  .int()
  .min(1)
  .max(2 ** 37)

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 digest of 64 lower-case hex digits')

/** The part of `rootfs.manifest.json` that others than its maker need. Whatever else it holds passes. */
const schema = z.object({
  schema: z.literal([1, 2], 'is neither 1 nor 2, the versions of this format that this program reads'),
  name: word,
  version: word,
  architecture: z.enum(architectures),
  packages: z.array(z.object({ name: z.string(), version: z.string() })),
  agent: z.object({ version: word }).nullish(),
  files: z.object({
    rootfs: z.object({ name: word, size, sha256, unpackedSize: size, unpackedSha256: sha256 }),
  }),
})

export interface RootfsManifest extends Omit<z.infer<typeof schema>, 'packages' | 'agent'> {
  /** Of the package kubeadm without its revision, e.g. `1.35.0`; undefined where the rootfs has none. */
  readonly kubernetesVersion: string | undefined
  /** Of iknite's package; undefined where the rootfs has none. */
  readonly agentVersion: string | undefined
}

/**
 * Reads `rootfs.manifest.json`, of the pipeline's format 1 or 2.
 * @throws FormatError `MANIFEST_INVALID`
 */
export function parseRootfsManifest(text: string): RootfsManifest {
  const result = schema.safeParse(parseJson(text))
  if (!result.success) {
    const [issue] = result.error.issues
    throw invalid(`${issue?.path.join('.') || 'it'} ${issue?.message ?? 'is wrong'}`)
  }
  const { packages, agent, ...manifest } = result.data
  const kubeadm = packages.find(({ name }) => name === 'kubeadm')?.version
  return { ...manifest, kubernetesVersion: kubeadm?.replace(/-r\d+$/, ''), agentVersion: agent?.version }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid('it is not JSON', { cause })
  }
}

function invalid(what: string, options?: ErrorOptions): FormatError {
  return new FormatError('MANIFEST_INVALID', `not a rootfs manifest: ${what}`, options)
}
