import { join } from 'node:path'
import { clusterPackageNames, clusterPackages } from '../agent/test/support/cluster-packages.ts'
import { bundleDoubles } from '../agent/test/support/doubles-bundle.ts'
import { type OwnKey, writeRepository } from '../pipeline/test/support/own-mirror.ts'
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
const newer = ['kubelet', 'kubelet-openrc', 'kubeadm']

/** Writes two repositories: what stands in for packages that the miniature mirror lacks, and newer ones of some. */
export async function writeStandIns(folder: string, key: OwnKey): Promise<StandIns> {
  const doubles = await bundleDoubles()
  const all = await clusterPackages({ doubles, version: first.packages })
  const later = await clusterPackages({ doubles, version: second.packages })
  const chosen = Object.fromEntries(Object.entries(later).filter(([name]) => newer.includes(name)))
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
