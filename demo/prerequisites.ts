import { existsSync } from 'node:fs'
import { execa } from 'execa'
import { muslRuntimeMissing } from '../agent/test/support/musl-runtime.ts'
import { connectDocker } from '../pipeline/src/engine/docker-connection.ts'
import { hostEnvironment } from '../pipeline/src/engine/isolate.ts'
import { namespaceProblem } from '../pipeline/src/engine/namespace-problem.ts'
import { isPipelineError, PipelineError } from '../pipeline/src/errors.ts'
import { manifestsMissing } from '../pipeline/test/support/upstream-manifests.ts'
import { type DemoOptions, isUrl } from './options.ts'

/** Programs, and Debian's packages of them. */
const programs = {
  bsdtar: 'libarchive-tools',
  ip: 'iproute2',
  iptables: 'iptables',
  ldd: 'libc-bin',
  setpriv: 'util-linux',
}
const programsOfWsl = { nsenter: 'util-linux', unshare: 'util-linux' }

/**
 * Where the cluster can run on this machine: as asked for, else in Docker where a daemon answers.
 * @throws PipelineError `ENGINE_UNAVAILABLE`, which says what is missing
 */
export async function chooseProvider({ mirror, provider }: DemoOptions): Promise<'docker' | 'wsl'> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw missing('the demo needs Linux on x86_64', 'Its doubles of Kubernetes are made of programs of that.')
  if (!isUrl(mirror) && !existsSync(mirror))
    throw missing(
      `there is no Alpine mirror at ${mirror}`,
      'Name one with --mirror: a folder or a URL, laid out as https://dl-cdn.alpinelinux.org/alpine is.',
    )
  const manifests = await manifestsMissing()
  if (manifests !== undefined && !isUrl(mirror))
    throw missing(manifests, 'With a URL as --mirror, the manifests are had from their projects.')
  const chosen = provider === 'wsl' || !(await hasDocker(provider)) ? 'wsl' : 'docker'
  if (chosen === 'wsl') await assertNamespaces()
  const needed = { ...programs, ...(chosen === 'wsl' && programsOfWsl) }
  const lacking = await lackingOf(needed)
  if (lacking.length > 0)
    throw missing(`this machine lacks ${lacking.join(', ')}`, installation(needed, lacking))
  const runtime = await muslRuntimeMissing()
  if (runtime !== undefined)
    throw missing(
      `the runtime that stands in for Alpine's nodejs is not there: ${runtime}`,
      'Run `npm ci` in agent/test/musl-runtime once, where npm reaches its registry.',
    )
  return chosen
}

/** Only who asks for Docker is told why no daemon answers. */
async function hasDocker(provider: DemoOptions['provider']): Promise<boolean> {
  try {
    await connectDocker()
    return true
  } catch (error) {
    if (!isPipelineError(error, 'ENGINE_UNAVAILABLE')) throw error
    if (provider === 'docker') throw missing(error.message, 'Start Docker, or use --provider wsl.')
    return false
  }
}

async function assertNamespaces(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw missing(
      'without Docker, only root makes the namespaces in which the double of wsl.exe runs a cluster',
      'Start Docker, or run it as root.',
    )
  const problem = await namespaceProblem()
  if (problem !== undefined) throw problem
}

async function lackingOf(needed: Readonly<Record<string, string>>): Promise<string[]> {
  const found = await Promise.all(
    Object.keys(needed).map(async (name) => {
      const { exitCode } = await execa('sh', ['-c', 'command -v "$1"', 'sh', name], {
        env: hostEnvironment(),
        reject: false,
      })
      return exitCode === 0 ? [] : [name]
    }),
  )
  return found.flat()
}

function installation(needed: Readonly<Record<string, string>>, lacking: readonly string[]): string {
  const packages = new Set(lacking.map((name) => needed[name]))
  return `On Debian and Ubuntu: \`apt-get install ${[...packages].join(' ')}\`.`
}

function missing(message: string, hint: string): PipelineError {
  return new PipelineError('ENGINE_UNAVAILABLE', message, { hint })
}
