import { AgentError } from '../errors.ts'
import type { KubeconfigName } from '../kubeadm/certificates.ts'
import {
  configurationPath,
  journalPath,
  kubeletFlagsPath,
  kubernetesFolder,
  recordPath,
} from '../kubeadm/paths.ts'
import type { ClusterRecord } from '../kubeadm/record.ts'
import type { ActContext } from './context.ts'
import { pointKubeconfig } from './kubeconfig-text.ts'
import { withNodeAddress } from './node-address.ts'

export async function writeConfiguration({ host }: ActContext, text: string): Promise<void> {
  await host.files.write(configurationPath, text, 0o600)
}

/** Says what the cluster was made with, and so that its init has ended. */
export async function writeRecord({ host }: ActContext, record: ClusterRecord): Promise<void> {
  await host.files.write(recordPath, `${JSON.stringify(record, undefined, 2)}\n`, 0o600)
  await host.files.remove(journalPath)
}

/** Changes the server that a kubeconfig names, and nothing else of it. */
export async function pointKubeconfigFile(
  { host: { files } }: ActContext,
  name: KubeconfigName,
  server: string,
): Promise<void> {
  const path = `${kubernetesFolder}/${name}.conf`
  const text = await files.read(path)
  if (text === undefined) {
    throw new AgentError('FILE_FAILED', `${path} is not there any more`, {
      hint: 'Run this again: it is made anew.',
    })
  }
  await files.write(path, pointKubeconfig(text, server, path), 0o600)
}

export async function writeNodeAddress({ host: { files } }: ActContext, address: string): Promise<void> {
  const text = (await files.read(kubeletFlagsPath)) ?? ''
  await files.write(kubeletFlagsPath, withNodeAddress(text, address), 0o644)
}
