import { replaceOrOverwrite } from '../act/replace-or-overwrite.ts'
import { forgetRootKubeconfig } from '../act/root-kubeconfig.ts'
import { pkiFolder } from '../kubeadm/paths.ts'
import { observeUnmounted } from '../observe/unmounted.ts'
import { hostsMark } from '../plan/host-stage.ts'
import { refuseUnmounted } from '../plan/refuse-unmounted.ts'
import { abandonedByReset, isKeptByReset } from '../plan/reset-paths.ts'
import { refusalError } from './refusal-error.ts'
import type { RunContext } from './run-context.ts'
import { stop } from './stop.ts'

const hostsPath = '/etc/hosts'

/**
 * Stops the cluster and removes it from the node.
 * @param options.keepsData keep what the next start makes the same cluster from: etcd's data, the authorities, the
 *   keys of service accounts, the volumes of local-path, and what the cluster is
 * @throws AgentError as {@link stop}; `FILE_FAILED`; `REFUSED` where the data are not mounted: they would stay
 */
export async function reset(context: RunContext, { keepsData }: { keepsData: boolean }): Promise<void> {
  const { host, status, logger } = context
  const refusal = refuseUnmounted({ unmounted: await observeUnmounted(host) })
  if (refusal !== undefined) throw refusalError(refusal)
  await stop(context)
  await status.enterPhase('reset')
  logger.info(keepsData ? 'Removing the cluster, but for its data' : 'Removing the cluster and its data')
  await forgetRootKubeconfig(context)
  await removeHostsEntry(context)
  if (keepsData) await removeCertificates(context)
  for (const path of abandonedByReset(keepsData)) await host.files.remove(path)
  await status.stopped()
}

async function removeHostsEntry({ host: { files } }: RunContext): Promise<void> {
  const text = await files.read(hostsPath)
  const lines = text?.split('\n') ?? []
  const others = lines.filter((line) => !line.endsWith(hostsMark))
  if (others.length < lines.length) await replaceOrOverwrite(files, hostsPath, others.join('\n'))
}

async function removeCertificates({ host: { files } }: RunContext): Promise<void> {
  for (const folder of [pkiFolder, `${pkiFolder}/etcd`]) {
    for (const name of await files.list(folder)) {
      const path = `${folder}/${name}`
      if (!isKeptByReset(path)) await files.remove(path)
    }
  }
}
