import { randomUUID } from 'node:crypto'
import { isKaweezleError, KaweezleError } from '../../errors.ts'
import { notRunning } from '../machine-errors.ts'
import type { ClusterName, ExecOptions, ExecResult } from '../provider.ts'
import { clusterPlaces } from './cluster-places.ts'
import { activeRootfs } from './rootfs-store.ts'
import { killScript } from './scripts.ts'
import { includesName, type WslHost } from './wsl-host.ts'

/** Milliseconds. */
const killLimit = 30_000

/**
 * Runs a program in the machine. One that takes too long or is interrupted is killed inside, since the end of wsl.exe
 * would not reach it.
 */
export async function execInMachine(
  host: WslHost,
  cluster: ClusterName,
  argv: readonly string[],
  { timeLimit, input, environment = {}, onLine }: ExecOptions,
): Promise<ExecResult> {
  await assertRunning(host, cluster)
  const run = marked(argv, environment)
  try {
    const options = { timeLimit, onLine, ...(input && { input }) }
    const { status, stdout, stderr } = await host.client.run(cluster, run.argv, options)
    return { status, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') }
  } catch (error) {
    if (isKaweezleError(error, 'INTERRUPTED')) await killInterrupted(host, cluster, run.mark)
    if (!isKaweezleError(error, 'TIMED_OUT')) throw error
    // If WSL hangs, so does this, and says so.
    await kill(host, cluster, run.mark)
    const seconds = Math.ceil(timeLimit / 1000)
    throw new KaweezleError('TIMED_OUT', `${argv[0]} did not end in ${seconds} s, and was killed`, {
      hint: 'Run `kaweezle status` to see what the cluster waits for.',
      cause: error,
    })
  }
}

/** The same with the streams of this process; the status. */
export async function attachToMachine(
  host: WslHost,
  cluster: ClusterName,
  argv: readonly string[],
): Promise<number> {
  await assertRunning(host, cluster)
  const run = marked(argv, {})
  try {
    return await host.client.attach(cluster, run.argv)
  } catch (error) {
    if (isKaweezleError(error, 'INTERRUPTED')) await killInterrupted(host, cluster, run.mark)
    throw error
  }
}

/** Has a variable in its environment by which it is found again, with what it started. */
function marked(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): { readonly argv: readonly string[]; readonly mark: string } {
  const mark = `KAWEEZLE_RUN=${randomUUID()}`
  const given = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  return { argv: ['/usr/bin/env', mark, ...given, ...argv], mark }
}

async function kill({ afterwards }: WslHost, cluster: ClusterName, mark: string): Promise<void> {
  const argv = ['/bin/sh', '-c', killScript, 'sh', mark]
  await afterwards.run(cluster, argv, { timeLimit: killLimit })
}

/** Whoever interrupts is told of that, even where the kill fails. */
async function killInterrupted(host: WslHost, cluster: ClusterName, mark: string): Promise<void> {
  await kill(host, cluster, mark).catch((error: unknown) => {
    if (!isKaweezleError(error)) throw error
  })
}

/** wsl.exe would start the machine, without its data. */
async function assertRunning({ client, root }: WslHost, cluster: ClusterName): Promise<void> {
  const places = clusterPlaces(root, cluster)
  const running = await client.listRunning()
  if (includesName(running, cluster) && (await activeRootfs(places, running, cluster)) !== undefined) return
  throw notRunning(cluster)
}
