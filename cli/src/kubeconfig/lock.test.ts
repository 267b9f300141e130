import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ownIdentity } from '../files/process-identity.ts'
import { aHome } from './home.fixture.ts'
import { lockFile } from './lock.ts'

const soon = { patience: 300 }

describe('the lock of a kubeconfig', () => {
  test('has the name that client-go gives it, says whose it is, and is gone when released', async () => {
    await using home = await aHome()
    const lock = await lockFile(home.config, soon)
    expect(await home.names()).toEqual(['config.lock'])
    expect(JSON.parse(await home.read(lock.path))).toMatchObject({ pid: process.pid, host: hostname() })
    await lock.release()
    expect(await home.names()).toEqual([])
  })

  test('is waited for while another has it', async () => {
    await using home = await aHome()
    const first = await lockFile(home.config, soon)
    setTimeout(() => void first.release(), 100)
    const second = await lockFile(home.config, { patience: 5_000 })
    await second.release()
  })

  test('names its owner when it is kept for too long', async () => {
    await using home = await aHome()
    await using _ = await disposable(home.config)
    await expect(lockFile(home.config, soon)).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining(`config.lock: kaweezle (process ${process.pid} on`),
    })
    expect(await home.names()).toEqual(['config.lock'])
  })

  test('is waited for no longer when the command is interrupted', async () => {
    await using home = await aHome()
    await using _ = await disposable(home.config)
    const reason = new Error('interrupted')
    const signal = AbortSignal.any([abortedAfter(50, reason)])
    await expect(lockFile(home.config, { patience: 60_000, signal })).rejects.toBe(reason)
  })

  test.each([
    ['client-go leaves, empty and without permissions', '', 0o000],
    ['another program leaves', '4711\n', 0o644],
    ['looks like JSON and is none', '{"program":"kaweezle"', 0o644],
    ['says what no lock of ours says', '{"program":"kaweezle","pid":"1"}', 0o644],
    [
      'has a path for its id',
      JSON.stringify({ program: 'kaweezle', id: '../../x', pid: 2 ** 22, host: hostname() }),
      0o644,
    ],
  ])('is never taken from one that %s', async (_, content, mode) => {
    await using home = await aHome()
    const path = home.path('config.lock')
    await writeFile(path, content)
    await chmod(path, mode)
    await expect(lockFile(home.config, soon)).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining('config.lock: another program'),
      hint: expect.stringContaining('remove that file'),
    })
    expect((await stat(path)).size).toBe(content.length)
  })

  test('of another program is taken when that one is done', async () => {
    await using home = await aHome()
    await writeFile(home.path('config.lock'), '', { mode: 0 })
    setTimeout(() => void rm(home.path('config.lock')), 100)
    await (await lockFile(home.config, { patience: 5_000 })).release()
    expect(await home.names()).toEqual([])
  })

  test.each([
    ['a process of another machine', { host: 'elsewhere', pid: 2 ** 22 }],
    ['a process that lives', { ...ownIdentity() }],
  ])('is not taken from %s', async (_, owner) => {
    await using home = await aHome()
    await writeFile(
      home.path('config.lock'),
      JSON.stringify({ program: 'kaweezle', id: 'a'.repeat(16), ...owner }),
    )
    await expect(lockFile(home.config, soon)).rejects.toMatchObject({ code: 'BUSY' })
  })

  test('is taken from a process whose number is another one’s by now', async () => {
    await using home = await aHome()
    const owner = { ...ownIdentity(), started: '1', program: 'kaweezle', id: 'a'.repeat(16) }
    await writeFile(home.path('config.lock'), JSON.stringify(owner))
    await (await lockFile(home.config, soon)).release()
  })

  test('of a killed process is taken by one of twenty at a time', async () => {
    await using home = await aHome()
    await killedHolder(home.config)
    expect(await home.names()).toEqual(['config.lock'])
    let holders = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const lock = await lockFile(home.config, { patience: 30_000 })
        most = Math.max(most, ++holders)
        await new Promise((done) => setTimeout(done, 5))
        holders--
        await lock.release()
      }),
    )
    expect(most).toBe(1)
    expect(await home.names()).toEqual([])
  })

  test('of a killed process is taken even when one that took it was killed, too', async () => {
    await using home = await aHome()
    await killedHolder(home.config)
    const { id } = JSON.parse(await home.read(home.path('config.lock')))
    const guard = { ...ownIdentity(), started: '1', program: 'kaweezle', id: 'b'.repeat(16) }
    await writeFile(home.path(`config.lock.${id}`), JSON.stringify(guard))
    await (await lockFile(home.config, soon)).release()
    expect(await home.names()).toEqual([])
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is gone after %s, and the signal ends the process',
    async (signal) => {
      await using home = await aHome()
      const holder = await aHolder(home.config)
      holder.kill(signal)
      expect((await once(holder, 'exit'))[1]).toBe(signal)
      expect(await home.names()).toEqual([])
    },
  )

  test('is gone after an exit in the middle', async () => {
    await using home = await aHome()
    await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      `${holding(home.config)}; process.exit(0)`,
    ])
    expect(await home.names()).toEqual([])
  })

  test('is left to a newer owner when it is released late', async () => {
    await using home = await aHome()
    const lock = await lockFile(home.config, soon)
    await writeFile(lock.path, '')
    await lock.release()
    expect(await home.names()).toEqual(['config.lock'])
  })

  test('cannot be made in a folder that is missing', async () => {
    await using home = await aHome()
    await expect(lockFile(home.path('no', 'config'), soon)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })
})

async function disposable(path: string): Promise<AsyncDisposable> {
  const lock = await lockFile(path, soon)
  return { [Symbol.asyncDispose]: () => lock.release() }
}

function abortedAfter(milliseconds: number, reason: Error): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), milliseconds)
  return controller.signal
}

function holding(path: string): string {
  const lock = JSON.stringify(new URL('lock.ts', import.meta.url).href)
  return `const { lockFile } = await import(${lock}); await lockFile(${JSON.stringify(path)}, { patience: 1000 })`
}

async function aHolder(path: string) {
  const program = `${holding(path)}; console.log('held'); setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  return holder
}

async function killedHolder(path: string): Promise<void> {
  const holder = await aHolder(path)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
}
