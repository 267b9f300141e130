import { expect, test } from 'vitest'
import type { StepEvent } from '../render/event.ts'
import { stepTimes } from './step-times.ts'

const events: readonly StepEvent[] = [
  { time: 1000, step: 'recipe', event: 'start', title: 'Read the recipe' },
  { time: 1500, step: 'recipe', event: 'done', message: 'minimal', seconds: 0.4 },
  { time: 1500, step: 'agent', event: 'start', title: 'Build the agent' },
  { time: 1600, step: 'agent', event: 'skipped', message: 'there is none' },
  { time: 2000, step: 'describe', event: 'start', title: 'Describe it' },
]

test('steps that ended tell their own times, and the one that runs how long it has', () => {
  expect(stepTimes(events, 2750)).toEqual([
    { name: 'recipe', title: 'Read the recipe', seconds: 0.4, outcome: 'done', message: 'minimal' },
    { name: 'agent', title: 'Build the agent', seconds: 0.1, outcome: 'skipped', message: 'there is none' },
    {
      name: 'describe',
      title: 'Describe it',
      seconds: 0.75,
      outcome: 'running',
      message: 'until this page was written',
    },
  ])
})
