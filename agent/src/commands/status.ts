import { safeText } from '@kaweezle/program-kit/safe-text.ts'
import { exitStatus } from '../errors.ts'
import type { Host } from '../host/host.ts'
import type { Plan } from '../plan/action.ts'
import type { Snapshot } from '../plan/snapshot.ts'
import { clusterOf, endsOf, type Problem, problemsOf, workloadsOf } from '../report/observed.ts'
import type { State, Status } from '../report/status.ts'
import { readStatus } from '../report/status-file.ts'
import type { Command, CommandContext, CommandResult } from './command.ts'

export const status: Command = {
  name: 'status',
  summary: 'Says whether the cluster is ready, and what it lacks.',
  about: `It looks at the node as it is now, changes nothing, and waits for nothing. Its exit status is 0 only where the
cluster is ready. With --json it prints the document that docs/iknite.md describes.`,
  settings: ['name', 'address', 'advertiseAddress', 'interface', 'kustomization', 'verbosity', 'json'],
  examples: [
    ['status', 'what is there, and what is not as it should be'],
    ['status --json', 'the same for programs'],
  ],
  run,
}

async function run(context: CommandContext): Promise<CommandResult> {
  const { host, work, settings } = context
  const snapshot = await work.observe(host, settings)
  const written = await readStatus(host.files)
  const activeRun = written !== undefined && (await isRunning(written, host)) ? written : undefined
  const plan = await work.plan(snapshot, settings)
  const document = statusNow(context, { snapshot, plan, written, activeRun })
  const notes = [...endsOf(snapshot), ...planNotes(plan)]
  return {
    text: render(document, notes),
    document,
    exitStatus: document.state === 'ready' ? exitStatus.ready : exitStatus.failed,
  }
}

/** Whether what wrote the status still does something: a process may have been killed in the middle. */
async function isRunning({ state, pid }: Status, { files }: Pick<Host, 'files'>): Promise<boolean> {
  if (state !== 'starting' && state !== 'stopping') return false
  // The number may be another program's by now.
  const commandLine = await files.read(`/proc/${pid}/cmdline`)
  return commandLine?.includes('iknite') ?? false
}

interface Seen {
  readonly snapshot: Snapshot
  readonly plan: Plan
  readonly written: Status | undefined
  /** The same, where its run still goes on. */
  readonly activeRun: Status | undefined
}

function statusNow(context: CommandContext, { snapshot, plan, written, activeRun }: Seen): Status {
  const problems = problemsOf(snapshot)
  const [cluster, workloads] = [clusterOf(snapshot), workloadsOf(snapshot)]
  const state = stateNow(snapshot, problems.length === 0, activeRun)
  const phase = phaseNow(state, activeRun) ?? problems[0]?.phase ?? 'prepare'
  const now = new Date(snapshot.now).toISOString()
  const isAsWritten = written?.state === state && written.phase === phase
  const reason = written?.state === 'failed' ? written.error : undefined
  return {
    schemaVersion: 1,
    state,
    phase,
    phaseNumber: written?.phaseNumber ?? 0,
    since: isAsWritten ? written.since : now,
    updated: now,
    pid: context.pid,
    agentVersion: context.version,
    ...(cluster && { cluster }),
    ...(workloads && { workloads }),
    ...(state === 'failed' && { error: reason ?? notReady(problems, plan) }),
    ...(activeRun && { run: { pid: activeRun.pid, phase: activeRun.phase } }),
    problems: problems.map(({ text }) => text),
  }
}

function stateNow(snapshot: Snapshot, isReady: boolean, activeRun: Status | undefined): State {
  if (activeRun?.state === 'stopping') return 'stopping'
  if (isReady) return 'ready'
  if (activeRun !== undefined) return 'starting'
  const { services, components } = snapshot
  const processes = [services.crio.process, services.kubelet.process, ...Object.values(components)]
  return processes.every((process) => process === undefined) ? 'stopped' : 'failed'
}

function phaseNow(state: State, activeRun: Status | undefined): Status['phase'] | undefined {
  if (state === 'ready') return 'ready'
  if (activeRun !== undefined) return activeRun.phase
  return state === 'stopped' ? 'stop' : undefined
}

function notReady(problems: readonly Problem[], plan: Plan): NonNullable<Status['error']> {
  return {
    code: 'NOT_READY',
    message: 'the cluster is not ready',
    hint: plan.kind === 'refusal' ? plan.hint : 'Run `iknite start`.',
    details: problems.map(({ text }) => text),
  }
}

/** What a start would do or refuse; a ready cluster may still have something to be done, e.g. a renewal. */
function planNotes(plan: Plan): string[] {
  if (plan.kind === 'refusal') return [`iknite start would refuse: ${plan.message}. ${plan.hint}`.trimEnd()]
  const kinds = [...new Set(plan.actions.map(({ kind }) => kind))]
  return kinds.length === 0 ? [] : [`iknite start would: ${kinds.join(', ')}`]
}

function render(document: Status, notes: readonly string[]): string {
  const { cluster, workloads, state, run, phase } = document
  const lines = [`state       ${state}${state === 'ready' || state === 'stopped' ? '' : ` (${phase})`}`]
  if (run !== undefined) lines.push(`run         pid ${run.pid} is at work (${run.phase})`)
  if (cluster !== undefined) {
    const outer = cluster.outerAddress === undefined ? '' : `, outside ${cluster.outerAddress}`
    lines.push(`cluster     ${cluster.name}, Kubernetes ${cluster.kubernetesVersion}`)
    lines.push(`address     ${cluster.address}${outer}`)
    lines.push(`node        ${cluster.node}`)
  }
  if (workloads !== undefined) lines.push(`workloads   ${workloads.ready} of ${workloads.count} ready`)
  if (document.error !== undefined && document.error.code !== 'NOT_READY')
    lines.push(`last error  ${document.error.message}`)
  const items = [...(document.problems ?? []), ...notes]
  return [...lines, ...items.map((item) => `- ${item}`)].map((line) => `${safeText(line)}\n`).join('')
}
