import { expect, test } from 'vitest'
import { call, type Machinery, machinery } from './program.fixture.ts'

async function installed(): Promise<Machinery> {
  const on = machinery()
  expect(await call('install', on)).toMatchObject({ status: 0 })
  return on
}

test('a person is asked before anything is removed', async () => {
  const on = await installed()
  const { status, questions } = await call('uninstall', on, { answer: 'y' })
  expect({ status, questions }).toEqual({
    status: 0,
    questions: ['Remove the cluster kaweezle with all of its data? [y/N] '],
  })
  expect(on.provider.machine.data).toBeUndefined()
})

test.each(['n', '', 'nope', 'yess', 'yes please'])('the answer %j removes nothing', async (answer) => {
  const on = await installed()
  const { status, stderr } = await call('uninstall', on, { answer })
  expect(status).toBe(1)
  expect(stderr).toContain('the question was answered with no: nothing was done')
  expect(on.provider.machine.data).toEqual([])
})

test.each([
  ['there is no terminal', { isTerminal: false }],
  ['a CI service has one', { answer: 'y', environment: { CI: 'true' } }],
])('nobody is asked where %s, and --yes is needed', async (_, options) => {
  const on = await installed()
  const called = await call('uninstall -o json', on, options)
  expect(called).toMatchObject({ status: 1, questions: [] })
  expect(JSON.parse(called.stdout)).toMatchObject({
    error: { code: 'DECLINED', hint: 'Add --yes if that is what you want.' },
  })
  expect(on.provider.machine.data).toEqual([])
})

test('--yes and KAWEEZLE_YES ask nothing', async () => {
  expect(await call('uninstall -y', await installed(), { answer: 'n' })).toMatchObject({
    status: 0,
    questions: [],
  })
  const environment = { KAWEEZLE_YES: 'true' }
  expect(await call('uninstall', await installed(), { environment })).toMatchObject({ status: 0 })
})

test('a file cannot say yes once and for all', async () => {
  const { status, stderr } = await call('uninstall', await installed(), { config: 'yes: true\n' })
  expect(status).toBe(2)
  expect(stderr).toContain('config.yaml:1: yes is a decision about one call')
})

test('what is not there is removed without a question', async () => {
  expect(await call('uninstall', machinery(), { answer: 'n' })).toMatchObject({ status: 0, questions: [] })
})
