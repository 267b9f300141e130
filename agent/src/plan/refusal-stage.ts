import { authorities } from '../kubeadm/certificates.ts'
import { finishedRecord } from './goal.ts'
import { refuseUnmounted } from './refuse-unmounted.ts'
import type { Snapshot } from './snapshot.ts'
import { type Refusal, refuse, type Situation, type Stage } from './stage.ts'
import { compareVersions, minorsBetween } from './versions.ts'

/** Below this, not even the logs of a start can be written. */
const leastFreeBytes = 64 * 1024 * 1024

/** Clocks of hosts and guests differ a little. */
const clockTolerance = 5 * 60_000

/** What nothing the agent may do would put right. */
export const refusalStage: Stage = {
  isBarrier: true,
  plan: (situation) =>
    refuseUnmounted(situation.snapshot.data) ??
    refuseHost(situation.snapshot) ??
    refuseData(situation.snapshot) ??
    refuseAddress(situation) ??
    refuseVersion(situation) ??
    [],
}

function refuseHost({ packages, host, services, data }: Snapshot): Refusal | undefined {
  for (const [name, version] of Object.entries(packages)) {
    if (version !== undefined) continue
    return refuse('HOST_UNFIT', `the package ${name} is not installed`, `Run \`apk add ${name}\`.`)
  }
  for (const [name, { isInstalled }] of Object.entries(services)) {
    if (isInstalled) continue
    const hint = `Run \`apk add ${name === 'crio' ? 'cri-o-openrc' : `${name}-openrc`}\`.`
    return refuse('HOST_UNFIT', `OpenRC has no service ${name}`, hint)
  }
  if (host.cgroups.version !== 'none') {
    const lacking = ['cpu', 'memory', 'pids'].filter((name) => !controllersOf(host.cgroups).includes(name))
    if (lacking.length > 0) {
      const message = `this machine gives no control groups for ${lacking.join(', ')}`
      return refuse('HOST_UNFIT', message, 'Start the container or the kernel with these controllers.')
    }
  }
  if (data.freeBytes >= leastFreeBytes) return undefined
  const message = `only ${Math.floor(data.freeBytes / 1024 / 1024)} MiB are free below /var/lib/kaweezle`
  return refuse('DISK_FULL', message, 'Make room: 64 MiB are the least to start with.')
}

function controllersOf(cgroups: Snapshot['host']['cgroups']): readonly string[] {
  return cgroups.version === 'none' ? [] : cgroups.controllers
}

function refuseData(snapshot: Snapshot): Refusal | undefined {
  const { data, now } = snapshot
  if (data.record === 'unreadable') {
    const message = '/var/lib/kaweezle/iknite/cluster.json, which says what the cluster is, is damaged'
    return refuse('REFUSED', message, 'Restore it from a backup, or run `iknite reset`.')
  }
  // Of data that are not in their place yet nothing can be said.
  if (Object.values(data.links).some((state) => state !== 'right')) return undefined
  for (const name of authorities) {
    const authority = snapshot.authorities[name]
    if (authority.state !== 'present') {
      // Until the first init there is none; and data without it could not be read by anyone.
      if (finishedRecord(snapshot) === undefined && (!data.hasEtcd || data.journal !== undefined)) continue
      const message = `the certificate authority /etc/kubernetes/pki/${name}.crt of the existing cluster is ${authority.state}`
      return refuse('REFUSED', message, 'Restore it with its key from a backup, or run `iknite reset`.')
    }
    if (authority.notBefore > now + clockTolerance) {
      const message = `the clock says ${date(now)}, and the cluster was made later, at ${date(authority.notBefore)}`
      return refuse(
        'HOST_UNFIT',
        message,
        'Set the clock, e.g. with `hwclock --hctosys` (WSL: `wsl --shutdown`).',
      )
    }
    if (authority.notAfter < now) {
      const message = `the certificate authority ${name} of the cluster ended at ${date(authority.notAfter)}`
      return refuse('REFUSED', message, 'Run `iknite reset`, then `iknite start`.')
    }
  }
  return undefined
}

function refuseAddress({ snapshot, goal }: Situation): Refusal | undefined {
  const { address, advertise } = goal.record
  if (advertise === 'fixed') return undefined
  if (snapshot.network.addresses.some((known) => known.address === address)) return undefined
  const known = snapshot.network.addresses.map((each) => each.address).join(', ')
  return refuse('REFUSED', `no interface has the address ${address}`, `Advertise one of: ${known || 'none'}.`)
}

function refuseVersion({ snapshot, goal }: Situation): Refusal | undefined {
  const kubeadm = snapshot.packages.kubeadm ?? ''
  const known = finishedRecord(snapshot)?.kubernetesVersion
  if (minorsBetween(kubeadm, goal.version) !== 0) {
    const message = `kubeadm ${kubeadm} cannot install Kubernetes ${goal.version}`
    return refuse('REFUSED', message, 'Use a version of the same minor version as kubeadm.')
  }
  if (minorsBetween(goal.version, snapshot.packages.kubelet ?? '') > 0) {
    const message = `the kubelet ${snapshot.packages.kubelet} is newer than Kubernetes ${goal.version}`
    return refuse('HOST_UNFIT', message, 'Install kubelet and kubeadm of one minor version.')
  }
  if (known === undefined) return undefined
  const steps = minorsBetween(known, goal.version)
  if (steps > 1) {
    const message = `the cluster has Kubernetes ${known}, and ${goal.version} is ${steps} minor versions newer`
    return refuse('REFUSED', message, 'Upgrade one minor version at a time.')
  }
  if (compareVersions(goal.version, known) >= 0) return undefined
  const message = `the cluster has Kubernetes ${known}, which is newer than ${goal.version}`
  return refuse('REFUSED', message, 'Install the newer packages again: Kubernetes cannot be taken back.')
}

function date(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
