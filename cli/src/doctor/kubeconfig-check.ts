import { existsSync } from 'node:fs'
import { serverOf } from '../commands/cluster-access.ts'
import { isOver } from '../files/process-identity.ts'
import type { Finding } from '../finding.ts'
import { ownerOf } from '../kubeconfig/lock.ts'
import type { ClusterEntry } from '../kubeconfig/read-entry.ts'
import type { Check } from './scene.ts'

/** Whether the file that kubectl reads can be read, and leads to the cluster. */
export const checkKubeconfig: Check = async ({ world, settings, seen }) => {
  const name = 'kubeconfig'
  const entry = await world.kubeconfigs.read(settings.name, { file: settings.kubeconfig })
  const state = await seen.state()
  if (state?.current === undefined) return [{ name, verdict: 'pass', message: 'it can be read' }]
  const isRunning = (await seen.machine())?.state === 'running'
  const fault = faultOf(entry, { context: state.name, server: serverOf(state), isRunning })
  if (fault !== undefined) return [{ name, verdict: 'warn', ...fault }]
  if (entry.path === undefined) return [{ name, verdict: 'pass', message: 'it has no context yet' }]
  const lock = await lockFinding(`${entry.path}.lock`)
  return [lock ?? { name, verdict: 'pass', message: `${entry.path} leads to the cluster` }]
}

/** kubectl leaves its lock behind where it is killed, and nobody takes that over. */
async function lockFinding(path: string): Promise<Finding | undefined> {
  const owner = await ownerOf(path)
  const isLeft = existsSync(path) && (owner === undefined || isOver(owner))
  if (!isLeft) return undefined
  const message = `${path} keeps everybody from changing the kubeconfig`
  const hint = 'If no kubectl and no kaweezle runs, remove that file.'
  return { name: 'kubeconfig', verdict: 'warn', message, hint }
}

function faultOf(
  { path, isOurs, server }: ClusterEntry,
  expected: { readonly context: string; readonly server: string; readonly isRunning: boolean },
): { readonly message: string; readonly hint: string } | undefined {
  const { context } = expected
  const merge = `Run \`kaweezle start --name ${context}\`, which puts it there; \`kaweezle kubeconfig\` only prints it.`
  if (path === undefined) {
    // One that was only installed has none yet.
    if (!expected.isRunning) return undefined
    return { message: `it has no context ${context}, and the cluster runs`, hint: merge }
  }
  if (!isOurs) {
    const hint = `Rename it, or replace it: \`kaweezle start --name ${context} --overwrite\`.`
    return { message: `the context ${context} of ${path} is not one of kaweezle's`, hint }
  }
  if (server === expected.server) return undefined
  const message = `the context ${context} of ${path} leads to ${server ?? 'no server'}, and not to ${expected.server}`
  return { message, hint: merge }
}
