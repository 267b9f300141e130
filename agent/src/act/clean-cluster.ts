import { AgentError } from '../errors.ts'
import {
  dataFolder,
  etcdFolder,
  journalPath,
  kubeletConfigPath,
  kubeletFlagsPath,
  kubeletFolder,
  kubernetesFolder,
  manifestsFolder,
  pkiFolder,
  recordPath,
} from '../kubeadm/paths.ts'
import type { ActContext } from './context.ts'
import { crictl, tryCrictl } from './crictl.ts'
import { isBooted, serviceState, stopService } from './services.ts'

/** Where flannel notes the node's part of the pod network (rootfs/manifests/patches/flannel.yaml). */
const flannelFolder = `${dataFolder}/flannel`

/** What the cluster is known by: whatever was signed or encrypted with it is void without it. */
const lastingKeys = /^(ca|front-proxy-ca|sa)\./

/**
 * Removes what an unfinished or unwanted cluster left. The journal goes last: until then it says that the cluster is
 * not whole, so that a run that is killed here is followed by one that does this again.
 */
export async function cleanCluster(context: ActContext, keepsData: boolean): Promise<void> {
  await endPods(context)
  const { files } = context.host
  for (const name of await files.list(manifestsFolder)) await files.remove(`${manifestsFolder}/${name}`)
  for (const name of await files.list(kubernetesFolder)) {
    if (name.endsWith('.conf')) await files.remove(`${kubernetesFolder}/${name}`)
  }
  if (keepsData) await removeCertificates(context)
  else for (const path of [pkiFolder, etcdFolder, flannelFolder]) await files.remove(path)
  const ofKubelet = [
    kubeletConfigPath,
    kubeletFlagsPath,
    `${kubeletFolder}/instance-config.yaml`,
    `${kubeletFolder}/pki`,
  ]
  for (const path of [...ofKubelet, recordPath, journalPath]) await files.remove(path)
}

/** Nothing may write to what is removed. */
async function endPods(context: ActContext): Promise<void> {
  // After a power cut all has ended.
  if (!(await isBooted(context))) return
  if ((await serviceState(context, 'kubelet')) !== 'dead') await stopService(context, 'kubelet')
  if ((await serviceState(context, 'crio')) === 'dead') return
  await removePods(context)
}

/**
 * Ends all pods, by force.
 * @throws AgentError `COMMAND_FAILED` when some are still there
 */
export async function removePods(context: ActContext): Promise<void> {
  const { status } = await tryCrictl(context, ['rmp', '-f', '-a'], { limit: 60_000 })
  if (status === 0) return
  // It fails also for a pod whose network was gone already, and removes it.
  const { stdout } = await crictl(context, ['pods', '-q'], {
    isPoll: true,
    limit: 10_000,
  })
  const left = stdout.split('\n').filter(Boolean)
  if (left.length === 0) return
  throw new AgentError('COMMAND_FAILED', `${left.length} pods could not be ended`, {
    hint: 'Look at /var/log/crio/crio.log, and at what `crictl pods` says.',
    details: left,
  })
}

async function removeCertificates({ host: { files } }: ActContext): Promise<void> {
  for (const folder of [pkiFolder, `${pkiFolder}/etcd`]) {
    for (const name of await files.list(folder)) {
      const isFolder = folder === pkiFolder && name === 'etcd'
      if (!isFolder && !lastingKeys.test(name)) await files.remove(`${folder}/${name}`)
    }
  }
}
