import { readFile } from 'node:fs/promises'
import { execa } from 'execa'
import type { PipelineError } from '../errors.ts'
import { startDeadline } from './deadline.ts'
import { diagnoseNamespaces } from './diagnose-namespaces.ts'
import { hostEnvironment, isolate } from './isolate.ts'

const limit = 10_000

/** Prints the programs that are not there, or are there in busybox's form only. */
const findMissing = `
for tool; do command -v "$tool" >/dev/null || echo "$tool"; done
unshare --help 2>/dev/null | grep -q -e --kill-child || echo "unshare (util-linux)"
setpriv --help 2>/dev/null | grep -q -e --pdeathsig || echo "setpriv (util-linux)"
tar --version 2>/dev/null | grep -q GNU || echo "tar (GNU)"
`
const tools = ['mount', 'chroot', 'env', 'hostname', 'gzip']
const toolsOfUsers = ['newuidmap', 'newgidmap']

const settings = [
  'kernel/unprivileged_userns_clone',
  'kernel/apparmor_restrict_unprivileged_userns',
  'user/max_user_namespaces',
]

/**
 * Why the namespace engine cannot work on this machine for this user: an `ENGINE_UNAVAILABLE`, or nothing
 * when it can. It is tried out, since a container around us or a security module may forbid what the kernel
 * allows.
 */
export async function namespaceProblem(): Promise<PipelineError | undefined> {
  const root = process.getuid?.() === 0
  if (process.platform !== 'linux') return diagnoseNamespaces({ problem: 'platform' })

  const missing = await outputOf('sh', '-c', findMissing, 'sh', ...tools, ...(root ? [] : toolsOfUsers))
  if (missing !== '') return diagnoseNamespaces({ problem: 'tools', missing: missing.split('\n') })

  const trial = isolate(['mount', '-t', 'tmpfs', 'kaweezle', '/tmp'], {
    deadline: startDeadline('Trying namespaces', limit),
  })
  const { status, stderr } = await trial.ended()
  if (status === 0) return undefined
  const values = await Promise.all(settings.map(async (name) => [name, await setting(name)] as const))
  return diagnoseNamespaces({
    problem: 'refused',
    root,
    reason: stderr.trim(),
    settings: new Map(values),
    subordinateIds: root || (await hasSubordinateIds()),
  })
}

async function setting(name: string): Promise<string> {
  return (await readIfThere(`/proc/sys/${name}`)).trim()
}

/** subuid(5): lines of user name or id, first subordinate id, count. */
async function hasSubordinateIds(): Promise<boolean> {
  const owners = (await readIfThere('/etc/subuid')).split('\n').map((line) => line.split(':')[0])
  const names = [await outputOf('id', '-un'), await outputOf('id', '-u')]
  return names.some((name) => name !== '' && owners.includes(name))
}

/** What a small program of the host prints; '' when it fails. */
async function outputOf(program: string, ...argv: string[]): Promise<string> {
  const options = {
    env: hostEnvironment(),
    extendEnv: false,
    cwd: '/',
    timeout: limit,
    reject: false,
  } as const
  return (await execa(program, argv, options)).stdout
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
