import * as z from 'zod'
import { parseYaml } from '../cluster/parse-text.ts'
import type { Host } from '../host/host.ts'
import { kubeletConfigPath, kubeletFlagsPath, kubernetesFolder } from '../kubeadm/paths.ts'
import type { KubeletState } from '../plan/snapshot.ts'

const configurationSchema = z.object({ kind: z.literal('KubeletConfiguration') })

/** The files that the kubelet reads at its start. */
export async function observeKubelet({ files }: Host): Promise<KubeletState> {
  const paths = [kubeletConfigPath, kubeletFlagsPath, `${kubernetesFolder}/kubelet.conf`]
  const [configuration, flags, states] = await Promise.all([
    files.read(kubeletConfigPath),
    files.read(kubeletFlagsPath),
    Promise.all(paths.map((path) => files.stat(path))),
  ])
  return {
    configuration: judge(configuration),
    nodeAddress: flags === undefined ? undefined : nodeAddressOf(flags),
    hasFlags: flags !== undefined && /^KUBELET_KUBEADM_ARGS=/m.test(flags),
    modifiedAt: Math.max(0, ...states.map((state) => state?.modifiedAt ?? 0)),
  }
}

function judge(text: string | undefined): KubeletState['configuration'] {
  if (text === undefined) return 'missing'
  return parseYaml(text, configurationSchema) === undefined ? 'unreadable' : 'present'
}

/** `KUBELET_KUBEADM_ARGS="--node-ip=192.168.99.2 …"`, a shell's assignment that OpenRC's script reads. */
function nodeAddressOf(text: string): string | undefined {
  return [...text.matchAll(/--node-ip[= ]([^\s"',]+)/g)].at(-1)?.[1]
}
