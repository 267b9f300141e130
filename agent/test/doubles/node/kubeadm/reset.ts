import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../control-plane/running.ts'
import { callRuntime } from '../runtime/call.ts'
import type { Configuration } from './config.ts'
import { say, warn } from './failure.ts'
import { phase } from './faults.ts'
import { read } from './files.ts'
import { folder } from './kubeconfigs.ts'
import { kubeletFolder, service } from './kubelet-files.ts'
import { manifestsFolder } from './manifests.ts'

export async function reset(config: Configuration, cleanTemporary: boolean): Promise<void> {
  const etcdData = /path: (\S+)\n\s+type: DirectoryOrCreate\n\s+name: etcd-data/.exec(
    read(join(manifestsFolder, 'etcd.yaml')) ?? '',
  )?.[1]
  await phase('preflight', () => say('[preflight] Running pre-flight checks'))
  await phase('remove-etcd-member', () => {
    say(`[reset] Deleted contents of the etcd data directory: ${etcdData ?? '/var/lib/etcd'}`)
    empty(etcdData ?? '/var/lib/etcd')
  })
  await phase('cleanup-node', async () => {
    say('[reset] Stopping the kubelet service')
    await service('stop')
    say(`[reset] Unmounting mounted directories in "${kubeletFolder}"`)
    unmountBelow(kubeletFolder)
    await removePods(config.criSocket)
    const folders = [manifestsFolder, kubeletFolder, config.certificatesDir]
    say(`[reset] Deleting contents of directories: [${folders.join(' ')}]`)
    for (const path of folders) empty(path)
    if (cleanTemporary) empty(join(folder, 'tmp'))
    const files = ['admin', 'super-admin', 'kubelet', 'bootstrap-kubelet', 'controller-manager', 'scheduler']
    const paths = files.map((name) => join(folder, `${name}.conf`))
    say(`[reset] Deleting files: [${paths.join(' ')}]`)
    for (const path of paths) rmSync(path, { force: true })
  })
  say(
    '\nThe reset process does not perform cleanup of CNI plugin configuration,\nnetwork filtering rules and kubeconfig files.',
  )
}

async function removePods(socket: string): Promise<void> {
  try {
    const { pods } = await callRuntime('pods', {}, socket)
    for (const { id } of pods) await callRuntime('removePod', { id }, socket)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    warn(
      `W0101 00:00:00.000000 ${process.pid} cleanupnode.go:105] [reset] Failed to remove containers: ${error.message}`,
    )
  }
}

function unmountBelow(path: string): void {
  const mounts = (read('/proc/self/mountinfo') ?? '').split('\n').map((line) => line.split(' ')[4] ?? '')
  for (const mount of mounts.filter((one) => one.startsWith(`${path}/`)).toReversed())
    execFileSync('umount', [mount])
}

function empty(path: string): void {
  try {
    for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true })
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
