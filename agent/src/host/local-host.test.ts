import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { fakeHost } from './fake-host.fixture.ts'
import { localHost } from './local-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'iknite-host-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const host = localHost(new AbortController().signal)

test('a status that is not 0 is a result, with what was said on both outputs', async () => {
  const result = await host.run(['sh', '-c', 'echo out; echo err >&2; exit 7'], { timeLimit: 5000 })
  expect(result).toEqual({ status: 7, stdout: 'out\n', stderr: 'err\n' })
})

test('a program that a signal ended has the status that a shell gives it', async () => {
  expect(await host.run(['sh', '-c', 'kill -9 $$'], { timeLimit: 5000 })).toMatchObject({ status: 137 })
})

test('a program gets its input, and no more of the environment than it is given', async () => {
  const result = await host.run(['sh', '-c', 'cat; env | sort'], {
    timeLimit: 5000,
    input: 'in\n',
    environment: { EXTRA: 'yes' },
  })
  const names = result.stdout.split('\n').map((line) => line.split('=')[0])
  expect(names.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name ?? ''))).toEqual([
    'in',
    'EXTRA',
    'HOME',
    'PATH',
    '',
  ])
})

test('input that nobody reads is no error', async () => {
  const result = await host.run(['true'], { timeLimit: 5000, input: 'x'.repeat(1024 * 1024) })
  expect(result.status).toBe(0)
})

test('lines come as they are written, also the last one without an end', async () => {
  const lines: string[] = []
  await host.run(['printf', 'one\\r\\ntwo\\nrest'], { timeLimit: 5000, onLine: (line) => lines.push(line) })
  expect(lines).toEqual(['one', 'two', 'rest'])
})

test('of much output the end is kept', async () => {
  const script = 'head -c 20000000 /dev/zero | tr "\\0" x; echo END'
  const { stdout } = await host.run(['sh', '-c', script], { timeLimit: 20_000 })
  expect(stdout.length).toBe(4 * 1024 * 1024)
  expect(stdout.endsWith('xEND\n')).toBe(true)
})

test('a program that is not there is said to be not installed', async () => {
  const running = host.run(['iknite-no-such-program'], { timeLimit: 5000 })
  await expect(running).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: 'cannot run iknite-no-such-program: it is not installed',
  })
})

test('a time limit ends a program with all that it started, though they ignore SIGTERM', async () => {
  const pids = join(folder, 'pids')
  const script = `trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $! $$ >${pids}; while :; do sleep 1; done`
  await expect(host.run(['sh', '-c', script], { timeLimit: 300 })).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: expect.stringContaining('did not end within 0.3 s'),
  })
  await delay(100)
  for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) expect(isRunning(pid)).toBe(false)
})

test('a service that keeps the output open is not waited for', async () => {
  const before = Date.now()
  const result = await host.run(['sh', '-c', 'sleep 5 & echo started'], { timeLimit: 20_000 })
  expect(result.stdout).toBe('started\n')
  expect(Date.now() - before).toBeLessThan(4000)
})

test('the signal of the run ends a program, a sleep, and what comes later', async () => {
  const controller = new AbortController()
  const own = localHost(controller.signal)
  const running = own.run(['sleep', '30'], { timeLimit: 60_000 })
  const sleeping = own.sleep(60_000)
  setTimeout(() => controller.abort(), 50)
  await Promise.all(
    [running, sleeping].map((waiting) => expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' })),
  )
  await expect(own.run(['true'], { timeLimit: 1000 })).rejects.toMatchObject({ code: 'INTERRUPTED' })
  await expect(own.sleep(1)).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

test('the host in memory runs what it was told, and says what is not installed', async () => {
  const fake = fakeHost({ programs: { crictl: ([, word]) => ({ stdout: `${word}\n` }) }, now: 1000 })
  const lines: string[] = []
  const options = { timeLimit: 1, onLine: (line: string) => void lines.push(line) }
  expect(await fake.run(['/usr/bin/crictl', 'info'], options)).toEqual({
    status: 0,
    stdout: 'info\n',
    stderr: '',
  })
  await expect(fake.run(['kubeadm'], options)).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
  await fake.sleep(500)
  expect([lines, fake.runs, fake.now()]).toEqual([['info'], [['/usr/bin/crictl', 'info'], ['kubeadm']], 1500])
})

/** Whether a process is there and no zombie that nobody has collected. */
function isRunning(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
