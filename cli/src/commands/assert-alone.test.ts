import { expect, test } from 'vitest'
import { call, documentOf, type Machinery, machinery, started } from './program.fixture.ts'

/** From now on, machines share one network, and these run. */
function withRivals(on: Machinery, rivals: readonly string[]): Machinery {
  Object.assign(on.provider, { rivals: async () => rivals })
  return on
}

const refused = {
  code: 'PROVIDER_FAILED',
  message: expect.stringContaining('beside the cluster other'),
  hint: expect.stringContaining('kaweezle stop --name other'),
}

test.each(['start', 'update', 'rollback'])(
  '%s is refused before it does anything, while another cluster runs where only one can',
  async (verb) => {
    const on = await started()
    on.offered.set('latest', '2.0.0')
    expect((await call('update', on)).status).toBe(0)
    expect((await call('stop', on)).status).toBe(0)
    on.offered.set('latest', '3.0.0')
    const before = structuredClone(on.provider.machine)
    const called = await call(`${verb} -o json`, withRivals(on, ['other']))
    expect(called.status).toBe(1)
    expect(documentOf(called)).toMatchObject({ error: refused })
    expect(on.provider.machine).toEqual(before)
    expect((await call(verb, withRivals(on, []))).status).toBe(0)
  },
)

test('a new cluster is refused before its release is downloaded', async () => {
  const on = withRivals(machinery(), ['other'])
  expect(documentOf(await call('start -o json', on))).toMatchObject({ error: refused })
  expect(on.cached.size).toBe(0)
})

test('to install a cluster, to stop and to remove it is allowed beside any other', async () => {
  const on = withRivals(machinery(), ['other'])
  for (const line of ['install', 'stop', 'uninstall --yes'])
    expect((await call(line, on)).status, line).toBe(0)
})
