import type { Action } from './action.ts'
import { applyAction } from './apply-action.ts'
import { type Plan, planRelease } from './plan-release.ts'
import type { Seen, WantedRelease } from './state.ts'

/** All actions until the end, if each succeeds, and how that end is. */
export function foresee(
  wanted: WantedRelease,
  seen: Seen,
): { actions: readonly Action[]; end: Exclude<Plan, { kind: 'act' }> } {
  const actions: Action[] = []
  let state = seen
  for (let rounds = 0; rounds < 100; rounds++) {
    const plan = planRelease(wanted, state)
    if (plan.kind !== 'act') return { actions, end: plan }
    actions.push(...plan.actions)
    state = plan.actions.reduce((now, action) => applyAction(now, action, wanted), state)
  }
  throw new Error('the plan has no end')
}
