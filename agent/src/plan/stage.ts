import type { Settings } from '../settings/settings.ts'
import type { Action, Plan } from './action.ts'
import type { Goal } from './goal.ts'
import type { Snapshot } from './snapshot.ts'

/** All that a stage decides from. */
export interface Situation {
  readonly snapshot: Snapshot
  readonly settings: Settings
  readonly goal: Goal
}

export type Refusal = Extract<Plan, { kind: 'refusal' }>

/** A part of a plan. */
export interface Part {
  plan(situation: Situation): readonly Action[] | Refusal
}

export interface Stage extends Part {
  /** Whether later stages can only be planned when what this one has to do is done: they look at what it brings. */
  readonly isBarrier: boolean
}

/** That nothing may be done. */
export function refuse(code: Refusal['code'], message: string, hint: string): Refusal {
  return { kind: 'refusal', code, message, hint }
}

export function isRefusal(outcome: readonly Action[] | Refusal): outcome is Refusal {
  return 'kind' in outcome
}

/** A stage of parts whose actions are all done before anything is planned that depends on any of them. */
export function together(parts: readonly Part[]): Stage {
  return {
    isBarrier: true,
    plan: (situation) => {
      const outcomes = parts.map(({ plan }) => plan(situation))
      return outcomes.find(isRefusal) ?? outcomes.flatMap((outcome) => (isRefusal(outcome) ? [] : outcome))
    },
  }
}
