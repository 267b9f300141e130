import type { RunContext } from '../converge/run-context.ts'
import type { StartResult } from '../converge/start.ts'
import type { Host } from '../host/host.ts'
import type { Plan } from '../plan/action.ts'
import type { Snapshot } from '../plan/snapshot.ts'
import type { Settings } from '../settings/settings.ts'

/** What commands have done for them. */
export interface Work {
  start(context: RunContext): Promise<StartResult>
  prepare(context: RunContext): Promise<void>
  stop(context: RunContext): Promise<void>
  reset(context: RunContext, options: { readonly keepsData: boolean }): Promise<void>
  observe(host: Host, settings: Settings): Promise<Snapshot>
  plan(snapshot: Snapshot, settings: Settings): Promise<Plan>
}

/** The work itself; each part is loaded when it is needed, for the sake of the first line of the log. */
export const realWork: Work = {
  start: async (context) => (await import('../converge/start.ts')).start(context),
  prepare: async (context) => (await import('../converge/prepare.ts')).prepare(context),
  stop: async (context) => (await import('../converge/stop.ts')).stop(context),
  reset: async (context, options) => (await import('../converge/reset.ts')).reset(context, options),
  observe: async (host, settings) => (await import('../observe/observe.ts')).observe(host, settings),
  plan: async (snapshot, settings) => (await import('../plan/plan-start.ts')).planStart(snapshot, settings),
}
