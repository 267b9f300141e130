import fc from 'fast-check'
import { expect, test } from 'vitest'
import { after } from './model.fixture.ts'
import { nodes, wishes } from './nodes.fixture.ts'
import { planPrepare, planStart } from './plan-start.ts'

test('from any disorder the plans lead to a node that nothing is left to do on, and do nothing twice in vain', () => {
  fc.assert(
    fc.property(nodes, wishes, (node, settings) => {
      let seen = node
      const rounds: string[] = []
      for (;;) {
        const plan = planStart(seen, settings)
        if (plan.kind === 'refusal') return
        if (plan.actions.length === 0) break
        const round = JSON.stringify(plan.actions)
        expect(round).not.toBe(rounds.at(-1))
        rounds.push(round)
        expect(rounds.length, rounds.join('\n')).toBeLessThan(15)
        for (const action of plan.actions) seen = after(action, seen)
      }
      expect(planStart(seen, settings)).toEqual({ kind: 'actions', actions: [] })
      expect(seen.api.state).toBe('ready')
    }),
    { numRuns: 2000 },
  )
})

test('within one plan no action comes twice', () => {
  fc.assert(
    fc.property(nodes, wishes, (node, settings) => {
      const plan = planStart(node, settings)
      if (plan.kind === 'refusal') return
      const actions = plan.actions.map((action) => JSON.stringify(action))
      expect(new Set(actions).size).toBe(actions.length)
    }),
    { numRuns: 2000 },
  )
})

test('a plan is the same for the same node', () => {
  fc.assert(
    fc.property(nodes, wishes, (node, settings) => {
      expect(planStart(node, settings)).toEqual(planStart(structuredClone(node), settings))
    }),
  )
})

test('nothing is planned on any node whose data the host has not mounted', () => {
  fc.assert(
    fc.property(nodes, wishes, (node, settings) => {
      const seen = { ...node, data: { ...node.data, unmounted: { cluster: 'kwsl' } } }
      for (const plan of [planStart(seen, settings), planPrepare(seen, settings)])
        expect(plan).toMatchObject({ kind: 'refusal', message: expect.stringContaining('not mounted') })
    }),
  )
})
