import { expect, test } from 'vitest'
import { AgentError } from '../errors.ts'
import { type FakeProgram, fakeHost } from '../host/fake-host.fixture.ts'
import { observeRuntime } from './runtime.ts'

const files = { '/run/crio/crio.sock': { type: 'other' as const } }
const crio = { pid: 5, startedAt: 0 }
const info = (runtime: object, network: object) => ({
  stdout: JSON.stringify({
    status: {
      conditions: [
        { type: 'RuntimeReady', ...runtime },
        { type: 'NetworkReady', ...network },
      ],
    },
    config: {},
  }),
})
const look = (crictl: FakeProgram | object) => observeRuntime(fakeHost({ files, programs: { crictl } }), crio)

test('a runtime whose conditions are true is ready', async () => {
  expect(await look(info({ status: true }, { status: true }))).toEqual({ state: 'ready' })
})

test.each<[string, object, string]>([
  [
    'has no network',
    info(
      { status: true },
      { status: false, reason: 'NetworkPluginNotReady', message: 'no CNI\nconfiguration' },
    ),
    'NetworkReady is false: no CNI configuration',
  ],
  [
    'is not ready',
    info({ status: false, reason: 'Starting' }, { status: true }),
    'RuntimeReady is false: Starting',
  ],
  ['tells no conditions', { stdout: '{"status":{"conditions":[]}}' }, 'RuntimeReady is false'],
  [
    'tells a text for a condition',
    { stdout: '{"status":{"conditions":[{"type":"RuntimeReady","status":"true"}]}}' },
    'cannot be understood',
  ],
  ['answers no JSON', { stdout: 'E0101 oops' }, 'cannot be understood'],
  ['is cut off', { stdout: '{"status":{"cond' }, 'cannot be understood'],
  [
    'refuses',
    { status: 1, stderr: 'W0101 a warning\nvalidate service connection: connection refused\n' },
    'crictl info failed: validate service connection: connection refused',
  ],
  ['refuses without a word', { status: 2 }, 'crictl info failed: status 2'],
])('a runtime that %s is starting', async (_title, answer, reason) => {
  expect(await look(answer)).toEqual({ state: 'starting', reason: expect.stringContaining(reason) })
})

test('a runtime that hangs is starting, and was given 10 seconds', async () => {
  let given = 0
  const state = await look((_argv: readonly string[], { timeLimit }: { timeLimit: number }) => {
    given = timeLimit
    throw new AgentError('COMMAND_FAILED', 'crictl info did not end within 10 s')
  })
  expect([given, state]).toEqual([
    10_000,
    { state: 'starting', reason: 'crictl info did not end within 10 s' },
  ])
})

test('an interrupted run is no state', async () => {
  const controller = new AbortController()
  controller.abort()
  const host = fakeHost({ files, programs: { crictl: {} }, signal: controller.signal })
  await expect(observeRuntime(host, crio)).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

test('without a process or its socket nothing is asked', async () => {
  const host = fakeHost({ files })
  expect(await observeRuntime(host, undefined)).toEqual({ state: 'down' })
  const bare = fakeHost()
  expect(await observeRuntime(bare, crio)).toEqual({ state: 'down' })
  expect([...host.runs, ...bare.runs]).toEqual([])
})
