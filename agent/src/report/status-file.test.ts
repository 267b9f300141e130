import { describe, expect, test } from 'vitest'
import { AgentError } from '../errors.ts'
import { fakeHost } from '../host/fake-host.fixture.ts'
import { statusPath } from '../kubeadm/paths.ts'
import { converged } from '../plan/snapshot.fixture.ts'
import { createLogger } from './logger.ts'
import { readStatus, statusReporter } from './status-file.ts'

function open(host = fakeHost()) {
  const lines: string[] = []
  const logger = createLogger({
    level: 'info',
    json: false,
    colour: false,
    now: host.now,
    write: (text) => void lines.push(text),
  })
  return { host, lines, reporter: statusReporter({ host, logger, pid: 42, agentVersion: '1.2.3' }) }
}

describe('a run', () => {
  test('is told of from phase to phase, whose number only grows', async () => {
    const { host, reporter } = open()
    const seen: unknown[] = []
    const look = async () => {
      const status = await readStatus(host.files)
      seen.push([status?.state, status?.phase, status?.phaseNumber])
    }
    for (const phase of ['prepare', 'prepare', 'runtime', 'control-plane', 'runtime'] as const) {
      await reporter.enterPhase(phase)
      await look()
    }
    await reporter.ready(converged)
    await look()
    expect(seen).toEqual([
      ['starting', 'prepare', 1],
      ['starting', 'prepare', 1],
      ['starting', 'runtime', 2],
      ['starting', 'control-plane', 3],
      ['starting', 'runtime', 4],
      ['ready', 'ready', 5],
    ])
    expect(host.entries.get(statusPath)?.mode).toBe(0o644)
  })

  test('keeps the time at which a phase began', async () => {
    const { host, reporter } = open()
    await reporter.enterPhase('node')
    const before = await readStatus(host.files)
    host.pass(5000)
    await reporter.enterPhase('node')
    await reporter.observed(converged)
    const after = await readStatus(host.files)
    expect(after?.since).toBe(before?.since)
    expect(Date.parse(after?.updated ?? '') - Date.parse(before?.updated ?? '')).toBe(5000)
    expect(after?.cluster).toBeDefined()
    expect(after?.workloads).toBeDefined()
  })

  test('that fails says why, in the phase where it did', async () => {
    const { host, reporter } = open()
    await reporter.enterPhase('workloads')
    await reporter.failed(
      new AgentError('TIMED_OUT', 'too late', { hint: 'Wait longer.', details: ['a', 'b'] }),
    )
    expect(await readStatus(host.files)).toMatchObject({
      state: 'failed',
      phase: 'workloads',
      pid: 42,
      agentVersion: '1.2.3',
      error: { code: 'TIMED_OUT', message: 'too late', hint: 'Wait longer.', details: ['a', 'b'] },
    })
  })

  test('a bug of ours is told of as one', async () => {
    const { host, reporter } = open()
    await reporter.failed(new TypeError('x is not a function'))
    expect((await readStatus(host.files))?.error).toMatchObject({
      code: 'BUG',
      message: 'x is not a function',
    })
  })

  test('that stops goes through stopping to stopped, and forgets the workloads', async () => {
    const { host, reporter } = open()
    await reporter.observed(converged)
    await reporter.enterPhase('stop')
    expect((await readStatus(host.files))?.state).toBe('stopping')
    await reporter.stopped()
    const status = await readStatus(host.files)
    expect([status?.state, status?.phase, status?.workloads]).toEqual(['stopped', 'stop', undefined])
  })

  test('goes on where the status cannot be written, and says so once', async () => {
    const host = fakeHost({ files: { [statusPath]: { type: 'folder' } } })
    const { reporter, lines } = open(host)
    await reporter.enterPhase('prepare')
    await reporter.enterPhase('runtime')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(statusPath)
  })
})

describe('reading finds nothing in', () => {
  const whole = {
    schemaVersion: 1,
    state: 'ready',
    phase: 'ready',
    phaseNumber: 1,
    since: '2026-01-01T00:00:00.000Z',
    updated: '2026-01-01T00:00:00.000Z',
    pid: 1,
    agentVersion: '1.0.0',
  }
  const read = (text: string) => readStatus(fakeHost({ files: { [statusPath]: text } }).files)

  test('no file, but finds a whole one, whatever else is in it', async () => {
    expect(await readStatus(fakeHost().files)).toBeUndefined()
    expect(await read(JSON.stringify({ ...whole, later: 'addition' }))).toEqual(whole)
  })

  test.each([
    ['an empty file', ''],
    ['half a file', JSON.stringify(whole).slice(0, 50)],
    ['null', 'null'],
    ['a list', '[]'],
    ['zeros, as a crash leaves them', '\0'.repeat(100)],
    ['another version', JSON.stringify({ ...whole, schemaVersion: 2 })],
    ['an unknown state', JSON.stringify({ ...whole, state: 'Running' })],
    ['a pid of nobody', JSON.stringify({ ...whole, pid: -1 })],
    ['a time that is none', JSON.stringify({ ...whole, since: 'yesterday' })],
    ['a missing phase', JSON.stringify({ ...whole, phase: undefined })],
  ])('%s', async (_, text) => {
    expect(await read(text)).toBeUndefined()
  })

  test('a folder', async () => {
    expect(await readStatus(fakeHost({ files: { [statusPath]: { type: 'folder' } } }).files)).toBeUndefined()
  })
})
