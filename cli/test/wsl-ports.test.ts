import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { forwardLocalhost } from './support/wsl-double/localhost-forwarding.ts'
import { callWsl } from './support/wsl-double/transcript.ts'
import { wslDoubleMissing } from './support/wsl-double/wsl-double.ts'
import { type WslWorld, wslWorld } from './support/wsl-double/wsl-world.ts'

/** WSL leads a port inside a moment after somebody listens there. */
async function connected(port: number): Promise<Socket> {
  for (const until = Date.now() + 10_000; ; await sleep(50)) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return socket.on('error', () => {})
    } catch (error) {
      if (Date.now() > until) throw error
    }
  }
}

const withDouble = await requirement('the double of WSL', wslDoubleMissing)

withDouble('the ports of a machine of WSL', () => {
  let world: WslWorld
  let apiPort: number
  beforeAll(async () => {
    world = await wslWorld()
    apiPort = await world.freePort()
  })
  afterEach(async () => {
    world.takenPorts.clear()
    for (const name of ['kwsl', 'other']) await world.provider.remove(name)
    callWsl(world.double, ['--shutdown'])
    expect(await world.leftovers()).toEqual([])
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function install(name = 'kwsl'): Promise<void> {
    await world.provider.importRootfs(name, 'one', world.first)
    await world.provider.activate(name, 'one')
  }
  async function exec(script: string): Promise<string> {
    const { stdout } = await world.provider.exec('kwsl', ['/bin/sh', '-c', script], { timeLimit: 30_000 })
    return stdout.trim()
  }

  /** Somebody on Windows who speaks with the API server. */
  async function client(): Promise<{ readonly socket: Socket; echoes(bytes: Buffer): Promise<boolean> }> {
    const socket = await connected(apiPort)
    return {
      socket,
      async echoes(bytes) {
        socket.write(bytes)
        const chunks: Buffer[] = []
        let size = 0
        while (size < bytes.length) {
          const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(10_000) })) as [Buffer]
          chunks.push(chunk)
          size += chunk.length
        }
        return Buffer.concat(chunks).equals(bytes)
      },
    }
  }

  test('another one of Windows leads to the API server, for many at once and as long as the machine runs', async () => {
    await using _forwarding = forwardLocalhost(world.double, apiPort)
    await install()
    await world.provider.start('kwsl', { apiPort })
    await exec('setsid nc -lk -p 6443 -e cat </dev/null >/dev/null 2>&1 &')
    const first = await client()
    expect(await first.echoes(randomBytes(100))).toBe(true)
    const others = await Promise.all([client(), client(), client()])
    const all = await Promise.all([first, ...others].map((one) => one.echoes(randomBytes(300_000))))
    expect(all).toEqual([true, true, true, true])
    for (const { socket } of others) socket.destroy()
    expect(await first.echoes(randomBytes(100))).toBe(true)

    const closed = once(first.socket, 'close')
    await world.provider.stop('kwsl')
    await closed
    callWsl(world.double, ['-d', 'kwsl', '--exec', 'true'])
    const inside = callWsl(world.double, ['-d', 'kwsl', '--exec', 'nc', '-z', '127.0.0.1', String(apiPort)])
    expect(inside.status).toBe(1)
  })

  test('one that another program of Windows has is refused before anything runs, and taken when it is free', async () => {
    await install()
    world.takenPorts.add(apiPort)
    await expect(world.provider.start('kwsl', { apiPort })).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
      message: expect.stringContaining(`${apiPort}`),
      hint: expect.stringContaining('netstat'),
    })
    expect(await world.double.running()).toEqual([])
    const released = setTimeout(() => world.takenPorts.clear(), 1000)
    await world.provider.start('kwsl', { apiPort })
    clearTimeout(released)
    // It has it itself now.
    world.takenPorts.add(apiPort)
    await world.provider.start('kwsl', { apiPort })
  })

  test('6443 of Windows may be another program’s, unless the network is mirrored', async () => {
    await install()
    world.takenPorts.add(6443)
    await world.provider.start('kwsl', { apiPort })
    await exec('ip link add loopback0 type veth peer name windows0')
    expect(await exec('ls /sys/class/net')).toContain('loopback0')
    await world.provider.stop('kwsl')
    await expect(world.provider.start('kwsl', { apiPort })).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
      message: expect.stringContaining('6443'),
      hint: expect.stringContaining('networkingMode=nat'),
    })
    expect(await world.double.running()).toEqual([])
  })

  test('a machine that somebody started by hand has no cluster, and keeps no other from running', async () => {
    await install('other')
    await install()
    callWsl(world.double, ['-d', 'other', '--exec', 'true'])
    expect((await world.provider.inspect('other')).state).toBe('running')
    await world.provider.start('kwsl', { apiPort })
    expect(await world.provider.rivals('other')).toEqual(['kwsl'])
    await expect(world.provider.start('other', { apiPort })).rejects.toMatchObject({
      message: expect.stringContaining('beside the cluster kwsl'),
    })
    expect(await exec('hostname')).toBe('kwsl')
  })
})
