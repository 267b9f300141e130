import { expect, test } from 'vitest'
import { call, machinery } from './program.fixture.ts'
import type { ReleaseRequest } from './world.ts'

test('a release is asked for in the architecture of the provider, whatever that of this program is', async () => {
  const on = machinery()
  Object.assign(on.provider, { architecture: async () => 'aarch64' })
  const asked: ReleaseRequest['architecture'][] = []
  const releases = {
    async find(request: ReleaseRequest): Promise<never> {
      asked.push(request.architecture)
      throw new Error('that is enough')
    },
  }
  await call('install', on, { releases })
  expect((await call('start', on)).status).toBe(0)
  await call('update', on, { releases })
  expect(asked).toEqual(['aarch64', 'aarch64'])
})
