import { components, manifestPath } from '../kubeadm/components.ts'
import { configurationPath, etcdFolder, journalPath } from '../kubeadm/paths.ts'
import type { ClusterRecord, InitJournal } from '../kubeadm/record.ts'
import type { ActContext } from './context.ts'
import { writeRecord } from './files-of-cluster.ts'
import { kubeadm } from './kubeadm.ts'
import { runProgram } from './run-program.ts'

const tenMinutes = 600_000

/**
 * Makes the cluster. The journal says that this has begun, from before kubeadm does anything until the record says
 * what was made: of a run that is killed between, the next one knows.
 */
export async function init(context: ActContext, record: ClusterRecord, keepsData: boolean): Promise<void> {
  const { files } = context.host
  const journal: InitJournal = { version: 1, keepsData }
  await files.write(journalPath, `${JSON.stringify(journal)}\n`, 0o600)
  const ignored = [...alwaysIgnored, ...(await ignoredOfManifests(context))]
  await kubeadm(
    context,
    ['init', '--config', configurationPath, `--ignore-preflight-errors=${ignored.join(',')}`],
    tenMinutes,
  )
  await runProgram(context, ['sync'])
  await writeRecord(context, record)
}

/**
 * Brings the cluster to the version of kubeadm. Flags only: `--config` takes an UpgradeConfiguration since v1beta4
 * and no ClusterConfiguration any more. Certificates are renewed when they are due, each by its own action.
 * https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-upgrade/
 */
export async function upgrade(context: ActContext, record: ClusterRecord): Promise<void> {
  await kubeadm(
    context,
    [
      ...['upgrade', 'apply', `v${record.kubernetesVersion}`, '--yes', '--certificate-renewal=false'],
      // CreateJob runs a pod of an image that need not be on the disk.
      '--ignore-preflight-errors=Swap,CreateJob',
    ],
    tenMinutes,
  )
  await writeRecord(context, record)
}

/** kubeadm calls its check of a path by it, with dashes for slashes. */
function checkOf(kind: 'DirAvailable' | 'FileAvailable', path: string): string {
  return `${kind}-${path.replaceAll('/', '-')}`
}

const alwaysIgnored = ['Swap', checkOf('DirAvailable', etcdFolder), checkOf('DirAvailable', '/var/lib/etcd')]

const ports = {
  etcd: [2379, 2380],
  'kube-apiserver': [6443],
  'kube-controller-manager': [10257],
  'kube-scheduler': [10259],
}

/** Where a manifest is there already, its component and the kubelet may run already. */
async function ignoredOfManifests({ host: { files } }: ActContext): Promise<readonly string[]> {
  const ignored: string[] = []
  for (const component of components) {
    const path = manifestPath(component)
    if ((await files.stat(path)) === undefined) continue
    ignored.push(checkOf('FileAvailable', path), ...ports[component].map((port) => `Port-${port}`))
  }
  return ignored.length === 0 ? ignored : [...ignored, 'Port-10250']
}
