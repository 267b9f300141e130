import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acquireBuildLock } from './build-lock.ts'

let cache: string
const children: ChildProcess[] = []
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'lock-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  await rm(cache, { recursive: true })
})

const signal = new AbortController().signal

/** A process that runs `body` with the lock held, and says so. */
function holder(body: string, wrapper: string[] = []): ChildProcess {
  const module = JSON.stringify(new URL('build-lock.ts', import.meta.url).href)
  const code = `
    const { acquireBuildLock } = await import(${module})
    const lock = await acquireBuildLock(${JSON.stringify(cache)}, { signal: new AbortController().signal })
    process.stdout.write('held')
    ${body}`
  const [file = process.execPath, ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', code]
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return child
}

const forever = 'setInterval(() => lock, 1000)'

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function held(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('no pipe')
  await once(child.stdout, 'data')
}

test('a waiter is told who holds the lock, and has it at once when that process is killed', async () => {
  for (let round = 0; round < 3; round++) {
    const child = holder(forever)
    await held(child)
    const holders: unknown[] = []
    let acquired = false
    const waiter = acquireBuildLock(cache, { signal, onWait: (pid) => holders.push(pid) }).then((lock) => {
      acquired = true
      return lock
    })
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(acquired).toBe(false)
    expect(holders).toEqual([child.pid])
    await kill(child)
    const start = performance.now()
    using _lock = await waiter
    expect(performance.now() - start).toBeLessThan(1000)
  }
})

test('the lock of a process in another network namespace holds too', async () => {
  const child = holder(forever, ['unshare', '--map-root-user', '--net'])
  await held(child)
  const stop = AbortSignal.timeout(200)
  await expect(acquireBuildLock(cache, { signal: stop })).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

test('of several builds at once, one runs at a time and all of them run', async () => {
  const log = JSON.stringify(join(cache, 'log'))
  const body = `
    const { appendFileSync, readFileSync } = await import('node:fs')
    appendFileSync(${log}, 'begin ')
    await new Promise((resolve) => setTimeout(resolve, 60))
    appendFileSync(${log}, 'end ')
    process.stdout.write(readFileSync(${log}, 'utf8'))
    lock[Symbol.dispose]()`
  const all = Array.from({ length: 4 }, () => holder(body))
  const outputs = await Promise.all(
    all.map(async (child) => {
      let output = ''
      child.stdout?.on('data', (chunk) => {
        output += chunk
      })
      await once(child, 'close')
      return output
    }),
  )
  expect(outputs.sort().at(-1)).toBe(`held${'begin end '.repeat(4)}`)
})

test('a disposed lock can be taken again, also by the same process', async () => {
  const first = await acquireBuildLock(cache, { signal })
  await expect(acquireBuildLock(cache, { signal: AbortSignal.timeout(100) })).rejects.toThrow('another build')
  first[Symbol.dispose]()
  const second = await acquireBuildLock(cache, { signal })
  second[Symbol.dispose]()
})

test.each(['1', 'garbage', '', `${process.pid}`, '-1'])(
  'a process id of %j that was left there holds nothing',
  async (pid) => {
    await writeFile(join(cache, 'build.pid'), pid)
    const lock = await acquireBuildLock(cache, {
      signal,
      onWait: () => {
        throw new Error('waited')
      },
    })
    lock[Symbol.dispose]()
  },
)

test('a lock file that is something else is an error that names it', async () => {
  await writeFile(join(cache, 'build.lock'), 'garbage'.repeat(100))
  await expect(acquireBuildLock(cache, { signal })).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: expect.stringContaining('build.lock'),
  })
})
