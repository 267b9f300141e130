import { join } from 'node:path'
import { clusterPackageNames, clusterPackages } from '../agent/test/support/cluster-packages.ts'
import { bundleDoubles } from '../agent/test/support/doubles-bundle.ts'
import { type OwnKey, type OwnPackages, writeRepository } from '../pipeline/test/support/own-mirror.ts'
import { type Edition, editions } from './editions.ts'
import { ownRepositories } from './local-mirror.ts'

export interface StandIns {
  /** The names of the packages. */
  readonly names: readonly string[]
  /** What the recipe asks for: each in exactly its version, so that none of a larger mirror takes its place. */
  atoms(edition: Edition): string[]
}

const [first, second] = editions

/** What a newer Kubernetes brings anew; kubectl may be one minor version older. */
const newer = ['kubelet', 'kubelet-openrc', 'kubeadm', 'kube-doubles']

/** Writes two repositories: what stands in for packages that the miniature mirror lacks, and newer ones of some. */
export async function writeStandIns(folder: string, key: OwnKey): Promise<StandIns> {
  const doubles = await bundleDoubles()
  const all = await clusterPackages({ doubles, version: first.packages })
  const later = await clusterPackages({ doubles: ofSecond(doubles), version: second.packages })
  const raised: OwnPackages = {
    ...later,
    'kube-doubles': { ...later['kube-doubles'], info: { ...later['kube-doubles']?.info, pkgver: '1.1-r0' } },
  }
  const chosen = Object.fromEntries(Object.entries(raised).filter(([name]) => newer.includes(name)))
  for (const [index, packages] of [all, chosen].entries())
    await writeRepository(join(folder, ownRepositories[index] ?? ''), packages, { key })
  return {
    names: Object.keys(all),
    atoms: (edition) =>
      clusterPackageNames.map((name) => {
        const isKubernetes = name === 'kubelet' || name === 'kubeadm'
        const version = isKubernetes ? edition.packages : all[name]?.info?.['pkgver']
        return version === undefined ? name : `${name}=${version}`
      }),
  }
}

/** kubeadm's double lists the images of 1.36, whatever its version is. */
function ofSecond(doubles: string): string {
  return doubles
    .replaceAll(`etcd:${first.etcd}`, `etcd:${second.etcd}`)
    .replaceAll(`coredns:${first.coredns}`, `coredns:${second.coredns}`)
}
