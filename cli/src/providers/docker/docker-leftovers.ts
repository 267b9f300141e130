import type { ContainerInfo, ImageInfo, VolumeInspectInfo } from 'dockerode'
import type { ClusterName } from '../provider.ts'
import { imageName, isNamed, labelOf, machineName } from './docker-names.ts'
import { wholeSnapshots } from './docker-volumes.ts'

/** Everything with our labels. */
export interface OwnThings {
  readonly containers: readonly Pick<ContainerInfo, 'Names' | 'Labels' | 'Mounts'>[]
  readonly volumes: readonly VolumeInspectInfo[]
  readonly images: readonly ImageInfo[]
}

export interface Leftover {
  readonly what: string
  /** The command that removes it. */
  readonly removal: string
}

/** What is no part of a machine: unfinished things, as a run leaves them that is killed. */
export function leftoversOf(things: OwnThings): readonly Leftover[] {
  return [
    ...containersOf(things).map((name) => ({
      what: `the container ${name}`,
      removal: `docker rm --force ${name}`,
    })),
    ...volumesOf(things).map((name) => ({
      what: `the volume ${name}`,
      removal: `docker volume rm ${name}`,
    })),
    ...imagesOf(things).map((name) => ({
      what: `the image ${name}`,
      removal: `docker image rm ${name}`,
    })),
  ]
}

function containersOf({ containers }: OwnThings): string[] {
  return containers.flatMap(({ Names, Labels }) => {
    const name = nameOf(Names)
    // One called `.next` is the machine where no other is.
    const machine = machineName(Labels[labelOf.cluster] ?? '')
    const isPart = name === machine || !containers.some((other) => nameOf(other.Names) === machine)
    return Labels[labelOf.role] === 'machine' && isPart ? [] : [name]
  })
}

/** Copies without their mark, storages of containers that no machine has. */
function volumesOf({ containers, volumes }: OwnThings): string[] {
  const used = new Set(containers.flatMap(({ Mounts }) => Mounts.map(({ Name }) => Name)))
  return volumes.flatMap(({ Name, Labels }) => {
    const cluster: ClusterName = Labels[labelOf.cluster] ?? ''
    const snapshot = Labels[labelOf.snapshot] ?? ''
    const own = volumes.filter((volume) => volume.Labels[labelOf.cluster] === cluster)
    switch (Labels[labelOf.role]) {
      case 'snapshot':
      case 'snapshot-whole':
        return wholeSnapshots(own).includes(snapshot) ? [] : [Name]
      case 'containers':
        return used.has(Name) ? [] : [Name]
      default:
        return []
    }
  })
}

/** Those without the name that only a whole and checked one gets. */
function imagesOf({ images }: OwnThings): string[] {
  return images.flatMap(({ Id, Labels, RepoTags }) => {
    const { [labelOf.cluster]: cluster = '', [labelOf.rootfs]: rootfs = '' } = Labels ?? {}
    return isNamed(RepoTags, imageName(cluster, rootfs)) ? [] : [RepoTags?.[0] ?? Id]
  })
}

function nameOf(names: readonly string[]): string {
  return names[0]?.replace(/^\//, '') ?? ''
}
