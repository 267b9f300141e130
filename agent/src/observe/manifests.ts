import * as z from 'zod'
import { parseYaml } from '../cluster/parse-text.ts'
import type { Host } from '../host/host.ts'
import { type Component, components, manifestPath } from '../kubeadm/components.ts'
import type { ManifestState, Snapshot } from '../plan/snapshot.ts'
import { canonicalAddress } from './subjects.ts'

const manifestSchema = z.object({
  kind: z.literal('Pod'),
  spec: z.object({
    containers: z
      .tuple([
        z.object({
          image: z.string().min(1),
          command: z.array(z.string()).nullish(),
          args: z.array(z.string()).nullish(),
        }),
      ])
      .rest(z.unknown()),
  }),
})

/** The flag with the address that a component advertises. */
const flags: Readonly<Partial<Record<Component, string>>> = {
  etcd: '--advertise-client-urls=',
  'kube-apiserver': '--advertise-address=',
}

/** The static pods of the control plane. */
export async function observeManifests({ files }: Host): Promise<Snapshot['manifests']> {
  const states = components.map(
    async (name) => [name, judge(name, await files.read(manifestPath(name)))] as const,
  )
  return Object.fromEntries(await Promise.all(states)) as Record<Component, ManifestState>
}

function judge(component: Component, text: string | undefined): ManifestState {
  if (text === undefined) return { state: 'missing' }
  const [container] = parseYaml(text, manifestSchema)?.spec.containers ?? []
  if (container === undefined) return { state: 'unreadable' }
  const words = [...(container.command ?? []), ...(container.args ?? [])]
  return { state: 'present', image: container.image, address: addressOf(words, flags[component]) }
}

function addressOf(words: readonly string[], flag: string | undefined): string | undefined {
  if (flag === undefined) return undefined
  // Of a flag that is there twice, the last counts; of many addresses the first is kubeadm's.
  const [value = ''] =
    words
      .findLast((word) => word.startsWith(flag))
      ?.slice(flag.length)
      .split(',') ?? []
  if (value === '') return undefined
  if (!URL.canParse(value)) return canonicalAddress(value)
  return new URL(value).hostname.replace(/^\[|\]$/g, '')
}
