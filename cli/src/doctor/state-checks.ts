import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClusterState } from '../cluster/state.ts'
import { isKaweezleError } from '../errors.ts'
import { isSystemError } from '../files/file-error.ts'
import { isOver } from '../files/process-identity.ts'
import type { Finding } from '../finding.ts'
import { ownerOf } from '../kubeconfig/lock.ts'
import type { Machine } from '../providers/provider.ts'
import type { Check } from './scene.ts'

/** Whether what is kept of the cluster is whole, and nothing is unfinished. */
export const checkState: Check = async ({ world, settings, state: read }) => {
  const name = `state of ${settings.name}`
  const state = await read()
  if (state === undefined) return [{ name, verdict: 'pass', message: 'it is not installed' }]
  const { journal } = state
  if (journal === undefined) return [{ name, verdict: 'pass', message: 'nothing is unfinished' }]
  const verb = journal.kind === 'switch' ? journal.verb : journal.kind
  const owner = await ownerOf(`${world.store.folder(state.name)}.lock`)
  if (owner !== undefined && !isOver(owner))
    return [{ name, verdict: 'pass', message: `its ${verb} goes on, in process ${owner.pid}` }]
  const hint = `If no other kaweezle runs, \`kaweezle start --name ${state.name}\` puts that in order.`
  return [{ name, verdict: 'warn', message: `its ${verb} was cut off`, hint }]
}

/** Whether the machine has what the state says. */
export const checkMachine: Check = async ({ settings, seen, machine: look }) => {
  const name = `machine of ${settings.name}`
  const machine = await look()
  const state = await seen.state()
  if (machine === undefined || state?.current === undefined) return []
  const faults = state.journal === undefined ? faultsOf(state, machine) : []
  if (faults.length === 0) return [{ name, verdict: 'pass', message: machine.state }]
  return faults.map((fault) => ({ name, ...fault }))
}

function faultsOf({ name, current, former }: ClusterState, machine: Machine): Omit<Finding, 'name'>[] {
  const again = `\`kaweezle update --name ${name}\` with another release makes it again, with the data.`
  if (!machine.hasData) {
    const hint = `Run \`kaweezle uninstall --name ${name}\`, and install it again.`
    return [{ verdict: 'fail', message: 'its data are gone', hint }]
  }
  if (machine.active === undefined) {
    return [{ verdict: 'fail', message: 'it is gone, and its data are there', hint: again }]
  }
  if (machine.active !== current?.rootfs) {
    const message = 'it is made of another root filesystem than was installed'
    return [{ verdict: 'warn', message, hint: again }]
  }
  if (former !== undefined && !isWhole(former, machine)) {
    const hint = 'The next `kaweezle update` keeps a way back again.'
    return [{ verdict: 'warn', message: 'what `kaweezle rollback` goes back to is gone', hint }]
  }
  return []
}

function isWhole(
  { rootfs, snapshot }: NonNullable<ClusterState['former']>,
  { rootfs: all, snapshots }: Machine,
): boolean {
  return all.includes(rootfs) && snapshots.includes(snapshot)
}

/** Clusters that the provider has and no state tells of, and states that cannot be read. */
export const checkOtherClusters: Check = async ({ world, settings, seen }) => {
  const name = 'other clusters'
  const findings: Finding[] = []
  const known = await world.store.names()
  for (const other of known.filter((each) => each !== settings.name)) {
    try {
      await world.store.read(other)
    } catch (error) {
      if (!isKaweezleError(error)) throw error
      const { message, hint = 'Make the file readable for you.' } = error
      findings.push({ name, verdict: 'warn', message, hint })
    }
  }
  const provider = await seen.provider()
  const strangers = ((await provider?.list()) ?? []).filter((each) => !known.includes(each))
  for (const stranger of strangers) {
    const message = `${provider?.name} has ${stranger}, of which this kaweezle knows nothing`
    const hint = `If nobody needs it: \`kaweezle uninstall --name ${stranger}\`.`
    findings.push({ name, verdict: 'warn', message, hint })
  }
  return findings.length > 0 ? findings : [{ name, verdict: 'pass', message: 'none is odd' }]
}

/** The locks of clusters: who has them, and which were left. */
export const checkLocks: Check = async ({ world, settings }) => {
  const name = 'locks'
  const folder = join(world.store.folder(settings.name), '..')
  const findings: Finding[] = []
  for (const file of (await filesIn(folder)).filter((each) => each.endsWith('.lock'))) {
    const path = join(folder, file)
    const owner = await ownerOf(path)
    if (owner === undefined) {
      const hint = 'If no kaweezle runs, remove that file.'
      findings.push({ name, verdict: 'warn', message: `${path} is not a lock of kaweezle`, hint })
    } else if (isOver(owner)) {
      const hint = 'The next command for that cluster takes it over; or remove that file.'
      const message = `${path} was left by process ${owner.pid}, which is gone`
      findings.push({ name, verdict: 'warn', message, hint })
    } else {
      const message = `process ${owner.pid} on ${owner.host} has ${path}`
      findings.push({ name, verdict: 'pass', message })
    }
  }
  return findings.length > 0 ? findings : [{ name, verdict: 'pass', message: 'no command is at work' }]
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}
