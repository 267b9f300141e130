import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'
import { execa } from 'execa'
import { freePort } from './free-port.ts'

export interface Dockerd extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string
  /** The same daemon over TCP. */
  readonly tcpHost: string
  readonly docker: Docker
}

/** Why {@link startDockerd} cannot work here; nothing when it can. */
export async function dockerdMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'dockerd needs root'
  const { exitCode } = await execa('dockerd', ['--version'], { reject: false })
  return exitCode === 0 ? undefined : 'install docker.io'
}

/** Starts a daemon of our own, which shares nothing with one that the machine may have. */
export async function startDockerd(): Promise<Dockerd> {
  const folder = await mkdtemp(join(tmpdir(), 'dockerd-'))
  const socket = join(folder, 'docker.sock')
  const tcpHost = `tcp://127.0.0.1:${await freePort()}`
  const daemon = execa(
    'setpriv',
    [
      ...['--pdeathsig', 'TERM', 'dockerd', '--host', `unix://${socket}`, '--host', tcpHost, '--tls=false'],
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'pid'), '--iptables=false', '--bridge=none'],
    ],
    { stdout: 'ignore', stderr: { file: join(folder, 'log') }, reject: false },
  )
  let ended = false
  void daemon.finally(() => {
    ended = true
  })
  const docker = new Docker({ socketPath: socket })

  async function stop(): Promise<void> {
    daemon.kill('SIGTERM')
    await daemon
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1])
    for (const mount of mounts.reverse()) if (mount?.startsWith(folder)) await execa('umount', [mount])
    await rm(folder, { recursive: true })
  }

  async function dispose(): Promise<void> {
    // One that a failed test left would make the daemon wait for it, or outlive the daemon.
    for (const { Id } of await docker.listContainers({ all: true })) {
      await docker.getContainer(Id).remove({ force: true })
    }
    await stop()
  }

  for (let tries = 0; ; tries++) {
    const answers = await docker.ping().then(
      () => true,
      () => false,
    )
    if (answers) break
    if (tries > 200 || ended) {
      const log = await readFile(join(folder, 'log'), 'utf8')
      await stop()
      throw new Error(`dockerd did not start: ${log.slice(-2000)}`)
    }
    await sleep(100)
  }
  return { host: `unix://${socket}`, tcpHost, docker, [Symbol.asyncDispose]: dispose }
}
