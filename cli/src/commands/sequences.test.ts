import { join } from 'node:path'
import { array, assert, asyncProperty, constantFrom } from 'fast-check'
import { expect, test } from 'vitest'
import { stateStore } from '../cluster/state-store.ts'
import { call, machinery } from './program.fixture.ts'

const verbs = [
  'install',
  'start',
  'stop',
  'update',
  'rollback',
  'uninstall --yes',
  'status',
  'list',
  'newer',
] as const

test('whatever verbs come in whatever order, host and machine agree, and a start gives a cluster', async () => {
  const property = asyncProperty(array(constantFrom(...verbs), { maxLength: 10 }), async (sequence) => {
    const on = machinery()
    const store = stateStore(join(on.home, 'clusters'))
    let version = 1
    for (const verb of sequence) {
      if (verb === 'newer') {
        version += 1
        on.offered.set('latest', `${version}.0.0`)
        continue
      }
      const { status, stderr } = await call(verb, on)
      expect(stderr).not.toContain('This is a bug')
      expect([0, 1]).toContain(status)
      if (['install', 'start', 'stop', 'uninstall --yes', 'list'].includes(verb)) expect(status).toBe(0)
      const state = await store.read('kaweezle')
      expect(state?.journal).toBeUndefined()
      expect(on.provider.machine.active).toBe(state?.current?.rootfs)
      const kept = [state?.current?.rootfs, state?.former?.rootfs].filter((id) => id !== undefined)
      expect([...on.provider.machine.rootfs].toSorted()).toEqual(kept.toSorted())
    }
    expect(await call('start', on)).toMatchObject({ status: 0 })
    expect(on.provider.machine.isReady).toBe(true)
  })
  await assert(property, { numRuns: 40 })
})
