import { copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KaweezleError } from '../../errors.ts'
import type { ClusterName, RootfsId } from '../provider.ts'
import { type ClusterPlaces, clusterPlaces, hasDisk, isThere } from './cluster-places.ts'
import { makeData } from './data-store.ts'
import { linesOf } from './decode-output.ts'
import { keepingDefault } from './default-distribution.ts'
import { inside } from './inside.ts'
import { markScript } from './scripts.ts'
import { assertNotForeign, clear, importAnew, includesName, settle, type WslHost } from './wsl-host.ts'

/** Milliseconds that `iknite version` may take, on a machine that was never started. */
const checkLimit = 120_000

/**
 * Tries a root filesystem in a distribution of its own, which is removed again, and keeps the tarball. WSL cannot rename
 * a distribution: the machine is imported anew, from what is known to import and run. With the first one of a cluster
 * comes its data store, before the tarball is kept: where one is kept, there was a store.
 */
export async function importRootfs(
  host: WslHost,
  cluster: ClusterName,
  rootfs: RootfsId,
  tarball: string,
): Promise<void> {
  const places = clusterPlaces(host.root, cluster)
  const check = places.check(rootfs)
  if (await isThere(places.tarball(rootfs))) return clear(host, check)
  const isFirst = (await places.tarballs()).length === 0
  try {
    await assertNotForeign(await host.client.list(), [check])
    await keepingDefault(host, async () => {
      await importAnew(host, check, tarball)
      try {
        await tryRootfs(host, check.name, tarball)
      } finally {
        await clear(host, check)
      }
    })
    if (isFirst) await makeData(host, cluster, tarball)
    await keep(tarball, places.tarball(rootfs))
  } finally {
    await places.tidy()
  }
}

async function tryRootfs({ client }: WslHost, name: string, tarball: string): Promise<void> {
  const { status, stdout, stderr } = await client.run(name, ['/usr/bin/iknite', 'version'], {
    timeLimit: checkLimit,
  })
  if (status === 0) return
  throw new KaweezleError(
    'PROVIDER_FAILED',
    `${tarball} does not run here: \`iknite version\` ended with ${status}`,
    {
      hint: 'Use the root filesystem of a release, for the architecture of this machine.',
      details: linesOf(stdout, stderr).slice(-10),
    },
  )
}

/** Another name for the same file where both are on one disk. */
async function keep(tarball: string, to: string): Promise<void> {
  const draft = `${to}.part`
  await mkdir(dirname(to), { recursive: true })
  await rm(draft, { force: true })
  try {
    await link(tarball, draft)
  } catch {
    // Another disk, or one that knows no links: whatever is wrong else, the copy says it.
    await copyFile(tarball, draft)
    await using file = await open(draft, 'r+')
    await file.sync()
  }
  await rename(draft, to)
}

/** The id of the root filesystem that the machine was imported from: it is in the path of its disk. */
export async function activeRootfs(
  places: ClusterPlaces,
  names: readonly string[],
  cluster: ClusterName,
): Promise<RootfsId | undefined> {
  if (!includesName(names, cluster)) return undefined
  for (const rootfs of await places.machines()) if (await hasDisk(places.machine(rootfs))) return rootfs
  return undefined
}

/**
 * Removes the machine and imports it from another root filesystem. Between the two there is none: whoever called this
 * has it written down, and calls it again.
 */
export async function activate(host: WslHost, cluster: ClusterName, rootfs: RootfsId): Promise<void> {
  const places = clusterPlaces(host.root, cluster)
  if (!(await isThere(places.tarball(rootfs))))
    throw new KaweezleError('PROVIDER_FAILED', `${cluster} has no root filesystem ${rootfs}`, {
      hint: 'Run `kaweezle install`.',
    })
  if (includesName(await host.client.listRunning(), cluster)) throw isRunning(cluster)
  const names = await settle(host, places.machine(rootfs))
  const machines = (await places.machines()).map((id) => places.machine(id))
  await assertNotForeign(names, machines.length > 0 ? machines : [places.machine(rootfs)])
  const isImported = (await activeRootfs(places, names, cluster)) === rootfs && machines.length === 1
  if (!isImported) {
    await keepingDefault(host, async () => {
      for (const machine of machines) await clear(host, machine)
      await importAnew(host, places.machine(rootfs), places.tarball(rootfs))
    })
  }
  await inside(host, cluster, markScript, [cluster, rootfs])
  await host.client.terminate(cluster)
}

export async function removeRootfs(host: WslHost, cluster: ClusterName, rootfs: RootfsId): Promise<void> {
  const places = clusterPlaces(host.root, cluster)
  if ((await activeRootfs(places, await host.client.list(), cluster)) === rootfs)
    throw new KaweezleError(
      'PROVIDER_FAILED',
      `the machine ${cluster} is made from the root filesystem ${rootfs}`,
      {
        hint: 'Activate another one before.',
      },
    )
  await clear(host, places.check(rootfs))
  await rm(places.tarball(rootfs), { force: true })
  await rm(`${places.tarball(rootfs)}.part`, { force: true })
  await places.tidy()
}

/** The error for what is only done to a machine that does not run. */
export function isRunning(cluster: ClusterName): KaweezleError {
  return new KaweezleError('PROVIDER_FAILED', `the machine ${cluster} runs`, { hint: 'Run `kaweezle stop`.' })
}
