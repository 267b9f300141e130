import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { dockerProvider } from '../src/providers/docker/docker-provider.ts'
import { testDaemonMissing } from './support/docker-daemon.ts'
import { type DockerWorld, dockerWorld, everything } from './support/docker-world.ts'

const withDocker = await requirement('Docker', testDaemonMissing)
const cluster = 'kwsl'
const verbProgram = join(import.meta.dirname, 'support/docker-verb.ts')

withDocker('the machine of Docker', () => {
  let world: DockerWorld
  let apiPort: number

  beforeAll(async () => {
    world = await dockerWorld()
    apiPort = await world.freePort()
  })
  afterEach(async () => {
    for (const name of await world.provider.list()) await world.provider.remove(name)
    expect(await everything(world.daemon.docker)).toEqual([])
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function install(name = cluster): Promise<void> {
    await world.provider.importRootfs(name, 'one', world.first)
    await world.provider.activate(name, 'one')
  }

  async function started(): Promise<void> {
    await install()
    await world.provider.start(cluster, { apiPort })
  }

  async function sh(script: string): Promise<string> {
    const argv = ['/bin/sh', '-c', script] as const
    return (await world.provider.exec(cluster, argv, { timeLimit: 30_000 })).stdout.trim()
  }

  test('has the preloaded images on a volume of its own, and not on an overlay', async () => {
    await started()
    const look = 'stat -f -c %T /var/lib/containers; cat /var/lib/containers/storage/preloaded'
    expect(await sh(look)).toMatch(/^(?!overlay).*\nan image$/)
    await sh('echo pulled >/var/lib/containers/storage/pulled')
    await world.provider.stop(cluster)
    await world.provider.importRootfs(cluster, 'two', world.second)
    await world.provider.activate(cluster, 'two')
    await world.provider.start(cluster, { apiPort })
    expect(await sh('ls /var/lib/containers/storage')).toBe('preloaded')
    const volumes = (await everything(world.daemon.docker)).filter((name) => name.includes('.containers.'))
    expect(volumes).toHaveLength(1)
  })

  test('gets another port when it is started with one, and refuses that while it runs', async () => {
    await started()
    const other = await world.freePort()
    await expect(world.provider.start(cluster, { apiPort: other })).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
    })
    await sh('echo kept >/var/lib/kaweezle/note')
    await world.provider.stop(cluster)
    await world.provider.start(cluster, { apiPort: other })
    const [container] = await world.daemon.docker.listContainers()
    expect(container?.Ports).toMatchObject([{ IP: '127.0.0.1', PublicPort: other, PrivatePort: 6443 }])
    expect(await sh('cat /var/lib/kaweezle/note')).toBe('kept')
  })

  test('says who has its port: another cluster', async () => {
    await started()
    await install('other')
    await expect(world.provider.start('other', { apiPort })).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
      message: expect.stringMatching(/in use by the cluster kwsl/),
      hint: expect.stringMatching(/kaweezle stop --name kwsl/),
    })
    await world.provider.stop(cluster)
    await world.provider.start('other', { apiPort })
  })

  test('says who has its port: another program', async () => {
    await install()
    const server = createServer().listen(apiPort, '127.0.0.1')
    await once(server, 'listening')
    await expect(world.provider.start(cluster, { apiPort })).rejects.toMatchObject({
      message: expect.stringMatching(/in use by another program/),
      hint: expect.stringMatching(new RegExp(String(apiPort))),
    })
    server.close()
    await once(server, 'close')
    await world.provider.start(cluster, { apiPort })
  })

  test('is not started on data that are half restored', async () => {
    await started()
    await world.provider.stop(cluster)
    await world.provider.takeSnapshot(cluster, 'before')
    const { docker } = world.daemon
    const Labels = {
      'dev.kaweezle.managed-by': 'kaweezle',
      'dev.kaweezle.cluster': cluster,
      'dev.kaweezle.role': 'restoring',
      'dev.kaweezle.snapshot': 'before',
    }
    await docker.createVolume({ Name: `kaweezle-${cluster}.restoring`, Labels })
    await expect(world.provider.start(cluster, { apiPort })).rejects.toMatchObject({
      message: expect.stringMatching(/half restored from the copy before/),
    })
    await world.provider.restoreSnapshot(cluster, 'before')
    await world.provider.start(cluster, { apiPort })
  })

  test('gets no empty data in the place of those that were removed by hand, in silence', async () => {
    await install()
    const { docker } = world.daemon
    await docker.getContainer(`kaweezle-${cluster}`).remove()
    await docker.getVolume(`kaweezle-${cluster}.data`).remove()
    const gone = { code: 'PROVIDER_FAILED', message: expect.stringMatching(/has no data/) }
    await expect(world.provider.activate(cluster, 'one')).rejects.toMatchObject(gone)
    await expect(world.provider.takeSnapshot(cluster, 'before')).rejects.toMatchObject(gone)
    await world.provider.importRootfs(cluster, 'two', world.second)
    await expect(world.provider.activate(cluster, 'two')).rejects.toMatchObject(gone)
  })

  test('brings its cluster up by itself only when the host went down under it', async () => {
    await started()
    await world.provider.exec(cluster, ['/usr/bin/iknite', 'start'], { timeLimit: 10_000 })
    await world.provider.stop(cluster)
    await world.provider.start(cluster, { apiPort })
    await sleep(500)
    expect(await sh('cat /var/lib/kaweezle/asked')).toBe('iknite start')
    await world.daemon.restart()
    await sleep(1500)
    expect(await sh('cat /var/lib/kaweezle/asked')).toBe('iknite start\niknite stop\niknite start')
  })

  test('has its processes ended when a program in it is interrupted', async () => {
    await started()
    const interruption = new AbortController()
    const surroundings = { environment: { DOCKER_HOST: world.daemon.host } }
    const provider = dockerProvider({ surroundings, signal: interruption.signal })
    const run = provider.exec(cluster, ['sleep', '6543'], { timeLimit: 60_000 })
    const outcome = expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await sleep(1000)
    interruption.abort()
    await outcome
    expect(await sh('ps -o args | grep -c "[s]leep 6543"')).toBe('0')
  })

  test('is attached to with pipes: bytes as they are, the end of the input, both streams, the status', async () => {
    await started()
    const input = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256))
    const argv = ['/bin/sh', '-c', 'cat; echo done >&2; exit 7']
    const child = spawn(process.execPath, [verbProgram, 'attach', JSON.stringify([cluster, argv])], {
      env: { ...process.env, DOCKER_HOST: world.daemon.host },
    })
    child.stdin.end(input)
    const [stdout, stderr, [status]] = await Promise.all([
      buffer(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ])
    expect(stdout.subarray('begun\n'.length).equals(input)).toBe(true)
    expect(stderr).toBe('done\n')
    expect(status).toBe(7)
  })

  test('is attached to with a terminal where there is one', async () => {
    await started()
    const argv = ['/bin/sh', '-c', 'tty; stty size; read -r answer; echo "[$answer]"; exit 9']
    const command = [process.execPath, verbProgram, 'attach', `'${JSON.stringify([cluster, argv])}'`].join(
      ' ',
    )
    const result = await execa('script', ['-qec', `stty rows 33 cols 77; ${command}`, '/dev/null'], {
      env: { DOCKER_HOST: world.daemon.host },
      input: 'hello\n',
      reject: false,
    })
    expect(result.stdout).toMatch(/\/dev\/pts\/\d+/)
    expect(result.stdout).toMatch(/\[hello\]/)
    expect(result.exitCode).toBe(9)
  })
})
