import { expect, test } from 'vitest'
import { repeatUntilDone } from './repeat.ts'

interface Count {
  readonly kind: 'count'
  readonly to: number
}

test('it plans anew after each round, and says how many actions were done', async () => {
  let count = 0
  const done = await repeatUntilDone<Count>(
    async () => (count < 6 ? [1, 2].map((step) => ({ kind: 'count', to: count + step })) : []),
    async ({ to }) => {
      count = to
    },
  )
  expect([count, done]).toEqual([6, 6])
})

test('an action without an effect is tried three times, and then named', async () => {
  let tries = 0
  const running = repeatUntilDone<Count>(
    async () => [{ kind: 'count', to: 1 }],
    async () => {
      tries += 1
    },
  )
  await expect(running).rejects.toMatchObject({
    code: 'NOT_CONVERGING',
    message: 'what was done has no effect: count',
    details: ['{"kind":"count","to":1}'],
  })
  expect(tries).toBe(3)
})

test('the first failure ends it', async () => {
  const performed: number[] = []
  const running = repeatUntilDone<Count>(
    async () => [1, 2, 3].map((to) => ({ kind: 'count', to })),
    async ({ to }) => {
      if (to === 2) throw new Error('broken')
      performed.push(to)
    },
  )
  await expect(running).rejects.toThrow('broken')
  expect(performed).toEqual([1])
})
