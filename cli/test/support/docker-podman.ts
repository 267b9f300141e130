import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'
import { execa } from 'execa'
import { runtimeFlags } from './docker-runtime.ts'

export interface TestPodman extends AsyncDisposable {
  readonly host: string
  readonly docker: Docker
}

/** Why {@link startPodman} cannot work here; nothing when it can. */
export async function podmanMissing(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'podman with a storage of root needs root'
  const { exitCode } = await execa('podman', ['--version'], { reject: false })
  return exitCode === 0 ? undefined : 'install podman'
}

/** Podman keeps something in both, wherever its storage is. */
const place = `
mount -t tmpfs kaweezle /run
mount -t tmpfs kaweezle /var/lib
ip link set lo up
exec "$@"
`

/**
 * Starts Podman's service with a storage of its own, in namespaces of its own: it changes a firewall, and
 * leaves a process behind for minutes after each exec.
 */
export async function startPodman(): Promise<TestPodman> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-podman-'))
  stack.defer(async () => {
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1])
    for (const mount of mounts.reverse()) if (mount?.startsWith(folder)) await execa('umount', [mount])
    await rm(folder, { recursive: true, maxRetries: 5 })
  })
  const socket = join(folder, 'podman.sock')
  const runtime = await runtimeFlags(join(folder, 'runc'))
  const service = execa(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--net', '--mount', '--pid', '--fork', '--kill-child'],
      ...['--mount-proc', 'sh', '-ec', place, 'sh'],
      ...['podman', '--root', join(folder, 'root'), '--runroot', join(folder, 'run')],
      ...['--tmpdir', join(folder, 'tmp'), '--network-config-dir', join(folder, 'networks')],
      ...['--cgroup-manager', 'cgroupfs', '--events-backend', 'none', '--storage-driver', 'overlay'],
      ...['--runtime', runtime.length > 0 ? join(folder, 'runc') : 'runc'],
      ...['system', 'service', '--time=0', `unix://${socket}`],
    ],
    { stdout: 'ignore', stderr: { file: join(folder, 'log') }, reject: false },
  )
  let hasEnded = false
  const ended = service.finally(() => {
    hasEnded = true
  })
  stack.defer(async () => {
    service.kill('SIGKILL')
    await ended
  })
  const docker = new Docker({ socketPath: socket })
  stack.defer(async () => {
    for (const { Id } of await docker.listContainers({ all: true }))
      await docker.getContainer(Id).remove({ force: true, v: true })
  })
  for (let tries = 0; ; tries++) {
    const answers = await docker.ping().then(
      () => true,
      () => false,
    )
    if (answers) break
    if (tries > 100 || hasEnded) throw new Error(await readFile(join(folder, 'log'), 'utf8'))
    await sleep(100)
  }
  const cleanup = stack.move()
  return { host: `unix://${socket}`, docker, [Symbol.asyncDispose]: () => cleanup.disposeAsync() }
}
