import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fakeHost } from '../host/fake-host.fixture.ts'
import { localHost } from '../host/local-host.ts'
import { createLogger } from '../report/logger.ts'
import { acquireRunLock } from './run-lock.ts'

let folder: string
let path: string
let lines: string[]
const started: (() => void)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-lock-'))
  path = join(folder, 'run', 'lock')
  lines = []
})

afterEach(async () => {
  for (const end of started.splice(0)) end()
  await rm(folder, { recursive: true })
})

const logger = createLogger({
  level: 'info',
  json: false,
  colour: false,
  now: () => 0,
  write: (text) => void lines.push(text),
})

function acquire(seconds: number, host: Parameters<typeof acquireRunLock>[0]['host'] = fakeHost()) {
  return acquireRunLock({ host, logger, deadline: host.now() + seconds * 1000, pid: 4711, path })
}

/** Another process that holds the lock, and the pid of a child that it leaves behind. */
async function holder(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'holder.fixture.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(() => void child.kill('SIGKILL'))
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  started.push(() => process.kill(Number(String(said).trim()), 'SIGKILL'))
  return child
}

test('a free lock is had at once, and names its holder', async () => {
  const lock = await acquire(0)
  expect(await readFile(path, 'utf8')).toBe('4711\n')
  lock.release()
  lock.release()
  expect(await readFile(path, 'utf8')).toBe('')
  expect(lines).toEqual([])
})

test('two runs of one process exclude each other, too: the lock is not the process’s but the open file’s', async () => {
  const first = await acquire(0)
  await expect(acquire(1)).rejects.toMatchObject({ code: 'TIMED_OUT', exitStatus: 5 })
  first.release()
  ;(await acquire(0)).release()
})

test('a lock that another process holds is waited for until the deadline; who holds it is said once', async () => {
  const { pid } = await holder()
  const host = fakeHost()
  const before = host.now()
  await expect(acquire(3, host)).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: `another run of iknite did not end in time (pid ${pid})`,
  })
  expect(host.now() - before).toBe(3000)
  expect(lines).toEqual([`INFO[0000] Waiting for another run of iknite to end (pid ${pid})\n`])
})

test('a holder that is killed leaves nothing, although its child lives on', async () => {
  const child = await holder()
  const waiting = acquire(30, localHost(new AbortController().signal))
  child.kill('SIGKILL')
  const lock = await waiting
  expect(await readFile(path, 'utf8')).toBe('4711\n')
  lock.release()
})

test('a signal ends the wait', async () => {
  await holder()
  const controller = new AbortController()
  const waiting = acquire(60, localHost(controller.signal))
  setTimeout(() => controller.abort(), 300)
  await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

test('what an earlier run or anyone else wrote into the file does not matter', async () => {
  const first = await acquire(0)
  await writeFile(path, '\x1b[31m1 2 3')
  await expect(acquire(0)).rejects.toMatchObject({ message: 'another run of iknite did not end in time' })
  first.release()
  await writeFile(path, '99999\n')
  ;(await acquire(0)).release()
})

test('a lock that cannot be opened is an error, and no wait', async () => {
  path = join(folder, 'file', 'lock')
  await writeFile(join(folder, 'file'), '')
  await expect(acquire(60)).rejects.toMatchObject({ code: 'FILE_FAILED' })
})
