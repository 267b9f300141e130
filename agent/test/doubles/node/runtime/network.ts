import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { codeOf } from '../../control-plane/running.ts'
import type { RuntimePod } from './call.ts'

const run = promisify(execFile)
const folder = '/etc/cni/net.d'

export function networkConfigured(): boolean {
  try {
    return readdirSync(folder).some((name) => /\.(conflist|conf|json)$/.test(name))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** What the plugin `bridge` makes, and the mounts of a sandbox. */
export async function connectPod({ id, hostNetwork }: RuntimePod): Promise<void> {
  const shm = `/run/containers/storage/overlay-containers/${id}/userdata/shm`
  await shell(`mkdir -p ${shm} && mount -t tmpfs -o nosuid,nodev,noexec,size=65536k shm ${shm}`)
  if (hostNetwork) return
  if (!networkConfigured())
    throw new Error(
      `failed to create pod network sandbox: no CNI configuration file in ${folder}/. Has your network provider started?`,
    )
  const veth = `veth${id.slice(0, 8)}`
  await shell(`
    mkdir -p /run/netns && : >/run/netns/${id} && unshare --net=/run/netns/${id} true
    if [ ! -e /sys/class/net/cni0 ]; then
      ip link add cni0 type bridge && ip address add 10.244.0.1/24 broadcast + dev cni0
      ip link set cni0 up
    fi
    ip link add ${veth} type veth peer name eth0 netns /run/netns/${id}
    ip link set ${veth} master cni0 up
  `)
}

export async function disconnectPod({ id, hostNetwork }: RuntimePod): Promise<void> {
  const shm = `/run/containers/storage/overlay-containers/${id}/userdata/shm`
  await shell(`umount ${shm} 2>/dev/null; rm -rf /run/containers/storage/overlay-containers/${id}`)
  if (hostNetwork || !existsSync(`/run/netns/${id}`)) return
  await shell(`
    ip link del veth${id.slice(0, 8)} 2>/dev/null
    umount /run/netns/${id} 2>/dev/null
    rm -f /run/netns/${id}
  `)
}

/** Whether what {@link connectPod} made is still there: it is not after a boot. */
export function isConnected({ id }: RuntimePod): boolean {
  return readFileSync('/proc/self/mounts', 'utf8').includes(`/${id}/userdata/shm `)
}

export function freeAddress(taken: string[]): string {
  for (let last = 2; last < 255; last++) if (!taken.includes(`10.244.0.${last}`)) return `10.244.0.${last}`
  throw new Error('no IP addresses available in range set: 10.244.0.1-10.244.0.254')
}

async function shell(script: string): Promise<void> {
  await run('/bin/sh', ['-c', `set -e\n${script.replaceAll('2>/dev/null', '2>/dev/null || true')}`])
}
