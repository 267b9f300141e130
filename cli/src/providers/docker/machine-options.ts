import type { ContainerCreateOptions } from 'dockerode'
import type { ClusterName, RootfsId } from '../provider.ts'
import { labelOf, labels, volumeName } from './docker-names.ts'
import { asItIs } from './docker-volumes.ts'
import { machineScript } from './machine-script.ts'

/** Of the API server, inside. */
export const apiPort = '6443/tcp'
export const containersPath = '/var/lib/containers'
/** Seconds in which a cluster ends in order, when Docker or the host ends. */
const stopTimeout = 60

/** What a machine is to be made of. */
export interface Wanted {
  readonly rootfs: RootfsId
  readonly image: string
  readonly port: number | undefined
}

/** As kind and others have learnt that a container must be for a kubelet to run in it. */
export function machineOptions(
  cluster: ClusterName,
  { rootfs, image, port, containers, hasModules }: Wanted & { containers: string; hasModules: boolean },
): ContainerCreateOptions {
  const volume = (Source: string, Target: string) => ({ Type: 'volume' as const, Source, Target })
  const modules = { Type: 'bind' as const, Source: '/lib/modules', Target: '/lib/modules', ReadOnly: true }
  const binding = { HostIp: '127.0.0.1', HostPort: String(port) }
  // The types of dockerode do not know it.
  const cgroups: object = { CgroupnsMode: 'private' }
  return {
    Hostname: cluster,
    Image: image,
    Entrypoint: ['/bin/sh', '-c', machineScript, 'kaweezle'],
    Cmd: [],
    User: '0:0',
    WorkingDir: '/',
    Labels: labels(cluster, 'machine', { [labelOf.rootfs]: rootfs }),
    StopSignal: 'SIGTERM',
    StopTimeout: stopTimeout,
    ExposedPorts: { [apiPort]: {} },
    HostConfig: {
      ...cgroups,
      Privileged: true,
      SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined', 'label=disable'],
      RestartPolicy: { Name: 'unless-stopped' },
      Tmpfs: { '/run': 'exec,mode=755', '/tmp': 'exec,mode=1777' },
      PortBindings: port === undefined ? {} : { [apiPort]: [binding] },
      Mounts: [
        { ...volume(volumeName(cluster, 'data'), '/var/lib/kaweezle'), VolumeOptions: asItIs },
        // An overlay file system cannot be the upper layer of another: the images of the cluster need a file system of
        // the host below. Docker fills the new volume with those that the rootfs brings.
        volume(containers, containersPath),
        ...(hasModules ? [modules] : []),
      ],
    },
  }
}
