import { randomUUID } from 'node:crypto'
import { AgentError } from '../errors.ts'
import type { SysctlPath } from '../plan/snapshot.ts'
import type { ActContext } from './context.ts'
import { replaceOrOverwrite } from './replace-or-overwrite.ts'
import { programFailure, runProgram, tryProgram } from './run-program.ts'

/** @throws AgentError `HOST_UNFIT` when the kernel neither has the module nor gets it */
export async function loadModule(context: ActContext, name: string): Promise<void> {
  const argv = ['modprobe', name] as const
  const result = await tryProgram(context, argv)
  if (result.status === 0) return
  const failure = programFailure(argv, result)
  throw new AgentError('HOST_UNFIT', `the kernel module ${name} cannot be loaded`, {
    hint: `Load ${name} on the machine that runs this system; the kernels of WSL have it built in.`,
    details: failure.details,
    cause: failure,
  })
}

export async function writeSysctl(
  { host, logger }: ActContext,
  path: SysctlPath,
  value: string,
): Promise<void> {
  logger.debug(`Setting ${path} to ${value}`)
  await host.files.poke(`/proc/sys/${path}`, value)
}

/** Lets mounts of pods reach the containers that ask for them. */
export async function shareMounts(context: ActContext): Promise<void> {
  await runProgram(context, ['mount', '--make-rshared', '/'])
}

export async function mountCgroups(context: ActContext): Promise<void> {
  await context.host.files.makeFolder('/sys/fs/cgroup', 0o755)
  await runProgram(context, ['mount', '-t', 'cgroup2', 'none', '/sys/fs/cgroup'], {
    hint: 'Run this in a privileged container, a virtual machine or WSL 2.',
  })
}

/** https://www.freedesktop.org/software/systemd/man/latest/machine-id.html */
export async function writeMachineId({ host }: ActContext): Promise<void> {
  await host.files.write('/etc/machine-id', `${randomUUID().replaceAll('-', '')}\n`, 0o444)
}

/** For now and for the next boot. */
export async function setHostname({ host: { files } }: ActContext, name: string): Promise<void> {
  await files.poke('/proc/sys/kernel/hostname', name)
  await replaceOrOverwrite(files, '/etc/hostname', `${name}\n`)
}

export async function writeHosts({ host: { files } }: ActContext, lines: readonly string[]): Promise<void> {
  await replaceOrOverwrite(files, '/etc/hosts', lines.map((line) => `${line}\n`).join(''))
}

/** Gives an interface an address: one of its own on the loopback, else one of a network of 256. */
export async function addAddress(context: ActContext, address: string, device: string): Promise<void> {
  const prefix = device === 'lo' ? 32 : 24
  const argv = ['ip', 'address', 'add', `${address}/${prefix}`, 'dev', device] as const
  const result = await tryProgram(context, argv)
  // iproute2 and busybox say it in the kernel's words, or in netlink's.
  if (result.status !== 0 && !/File exists|already assigned/i.test(result.stderr + result.stdout)) {
    throw programFailure(argv, result, `See what \`ip address show dev ${device}\` says.`)
  }
}
