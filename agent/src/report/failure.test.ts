import { describe, expect, test } from 'vitest'
import { AgentError } from '../errors.ts'
import { fakeHost } from '../host/fake-host.fixture.ts'
import type { Verbosity } from '../settings/schemas.ts'
import { reportFailure } from './failure.ts'
import { createLogger } from './logger.ts'

const agentLog = '/var/log/iknite.log'
const kubeletLog = '/var/log/kubelet/kubelet.log'

async function report(
  error: unknown,
  { json = false, level = 'info', logs = [] }: { json?: boolean; level?: Verbosity; logs?: string[] } = {},
): Promise<string> {
  let text = ''
  const write = (part: string) => {
    text += part
  }
  const { files, now } = fakeHost({ files: Object.fromEntries(logs.map((path) => [path, ''])) })
  const logger = createLogger({ level, json, colour: false, now, write })
  await reportFailure(error, { logger, json, write, files })
  return text
}

const late = new AgentError('TIMED_OUT', 'not ready in time', {
  hint: 'Wait longer.',
  details: ['coredns: pull\nfailed'],
})

describe('the end of a failed run', () => {
  test('is one line why, then details, what to do, and where more is written', async () => {
    expect(await report(late, { logs: [agentLog, kubeletLog] })).toBe(
      `ERRO[0000] not ready in time\n  coredns: pull\n  failed\nHint: Wait longer.\nLog: ${agentLog}\nLog: ${kubeletLog}\n`,
    )
  })

  test('names no log that is not there, nor the kubelet’s where it knows nothing', async () => {
    expect(await report(late)).not.toContain('Log:')
    expect(await report(new AgentError('DISK_FULL', 'x'), { logs: [agentLog, kubeletLog] })).not.toContain(
      'kubelet',
    )
    expect(await report(new AgentError('USAGE', 'x'), { logs: [agentLog] })).not.toContain('Log:')
  })

  test.each(['info', 'warn', 'error'] as const)('has no stack at level %s', async (level) => {
    expect(await report(late, { level })).not.toContain('failure.test.ts')
  })

  test.each(['debug', 'trace'] as const)('has the stacks of all causes at level %s', async (level) => {
    const text = await report(new AgentError('FILE_FAILED', 'x', { cause: new Error('deep') }), { level })
    expect(text).toMatch(/\n +at .*failure\.test\.ts[\s\S]*caused by Error: deep/)
  })

  test('cannot be forged by what a program said', async () => {
    const text = await report(
      new AgentError('COMMAND_FAILED', 'a\nINFO[0000] ready', { details: ['\x1b[2J'] }),
    )
    expect(text).toBe('ERRO[0000] a\\nINFO[0000] ready\n  \\x1b[2J\n')
  })

  test('is one line with --json', async () => {
    const text = await report(late, { json: true, logs: [agentLog] })
    expect(text.match(/\n/g)).toHaveLength(1)
    expect(JSON.parse(text)).toMatchObject({
      level: 'error',
      msg: 'not ready in time',
      code: 'TIMED_OUT',
      hint: 'Wait longer.',
      details: ['coredns: pull\nfailed'],
      logs: [agentLog],
    })
  })

  test.each([new TypeError('x is undefined'), 'a text', undefined])(
    'says of %o that it is a bug',
    async (error) => {
      expect(await report(error)).toContain('Hint: This is a bug of iknite')
    },
  )
})
