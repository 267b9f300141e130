import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'
import { execa } from 'execa'
import { runtimeFlags } from './docker-runtime.ts'

export interface TestDaemon extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string
  readonly docker: Docker
  /** As when the machine is shut down and started again. */
  restart(): Promise<void>
  /** Where its images and volumes are. */
  readonly dataFolder: string
  /** The end of its log. */
  log(): Promise<string>
}

export interface TestDaemonOptions {
  /** For images and volumes, as `mount` has it, e.g. `64m`. Default: what the disk has. */
  readonly dataSize?: string
}

/** Why {@link startTestDaemon} cannot work here; nothing when it can. */
export async function testDaemonMissing(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'dockerd needs root'
  for (const [program, argument] of [
    ['dockerd', '--version'],
    ['ip', '-V'],
    ['bsdtar', '--version'],
  ] as const) {
    const { exitCode } = await execa(program, [argument], { reject: false })
    if (exitCode !== 0) return `install ${program}`
  }
  return undefined
}

/**
 * Starts a daemon of our own, with a bridge of its own, so that ports can be published. It changes no rule of the
 * host's firewall, and shares nothing with another daemon.
 */
export async function startTestDaemon({ dataSize }: TestDaemonOptions = {}): Promise<TestDaemon> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-dockerd-'))
  stack.defer(async () => {
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1])
    for (const mount of mounts.reverse()) if (mount?.startsWith(folder)) await execa('umount', [mount])
    await rm(folder, { recursive: true })
  })
  const dataFolder = join(folder, 'data')
  await mkdir(dataFolder)
  if (dataSize) await execa('mount', ['-t', 'tmpfs', '-o', `size=${dataSize}`, 'kaweezle', dataFolder])
  const bridge = `kwz${process.pid}`
  await execa('ip', ['link', 'add', bridge, 'type', 'bridge'])
  stack.defer(async () => {
    await execa('ip', ['link', 'delete', bridge])
  })
  const subnet = `10.${100 + (process.pid % 100)}.${Math.trunc(process.pid / 100) % 250}.1/24`
  await execa('ip', ['address', 'add', subnet, 'dev', bridge])
  await execa('ip', ['link', 'set', bridge, 'up'])

  const socket = join(folder, 'docker.sock')
  const docker = new Docker({ socketPath: socket })
  const runtime = await runtimeFlags(join(folder, 'runtime'))
  let daemon: { kill(signal: 'SIGTERM'): boolean; ended: Promise<unknown> } | undefined

  async function start(): Promise<void> {
    const started = execa(
      'setpriv',
      [
        ...['--pdeathsig', 'TERM', 'dockerd', '--host', `unix://${socket}`, '--bridge', bridge],
        ...['--data-root', dataFolder, '--exec-root', join(folder, 'exec')],
        ...['--pidfile', join(folder, 'pid'), '--iptables=false', '--ip6tables=false', '--ip-masq=false'],
        ...runtime,
      ],
      { stdout: 'ignore', stderr: { file: join(folder, 'log') }, reject: false },
    )
    let hasEnded = false
    const ended = started.finally(() => {
      hasEnded = true
    })
    daemon = { kill: (signal) => started.kill(signal), ended }
    for (let tries = 0; !(await answers(docker)); tries++) {
      if (tries > 300 || hasEnded) throw new Error(`dockerd did not start: ${await log()}`)
      await sleep(100)
    }
  }

  async function stop(): Promise<void> {
    daemon?.kill('SIGTERM')
    await daemon?.ended
  }

  async function log(): Promise<string> {
    return (await readFile(join(folder, 'log'), 'utf8')).slice(-4000)
  }

  stack.defer(stop)
  await start()
  const cleanup = stack.move()
  return {
    host: `unix://${socket}`,
    docker,
    dataFolder,
    log,
    async restart() {
      await stop()
      await start()
    },
    async [Symbol.asyncDispose]() {
      // One that a failed test left would make the daemon wait for it, or outlive the daemon.
      for (const { Id } of await docker.listContainers({ all: true }))
        await docker.getContainer(Id).remove({ force: true })
      await cleanup.disposeAsync()
    },
  }
}

async function answers(docker: Docker): Promise<boolean> {
  try {
    await docker.ping()
    return true
  } catch {
    return false
  }
}
