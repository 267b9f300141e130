import { adminKubeconfigPath } from '../cluster/observe-api.ts'
import { isAgentError } from '../errors.ts'
import type { RunResult } from '../host/host.ts'
import { recordBase } from './cluster-objects.ts'
import { type ActContext, timedOut } from './context.ts'
import { failureLines, saysDiskFull } from './failure-lines.ts'
import { programFailure, runProgram, tryProgram } from './run-program.ts'

const kubectl = '/usr/bin/kubectl'

/** Milliseconds before the second, third … attempt; the last one goes on. */
const pauses = [1000, 2000, 4000, 5000] as const

/**
 * Applies the base kustomization, and notes that. What fails may need what was just applied to run, e.g. a webhook,
 * so that it is tried again until the run's deadline; but not where the kustomization itself is wrong.
 * @throws AgentError `COMMAND_FAILED` when it cannot be built; `TIMED_OUT` when it cannot be applied
 */
export async function applyBase(context: ActContext, digest: string): Promise<void> {
  const folder = context.settings.kustomization
  await runProgram(context, [kubectl, 'kustomize', folder], {
    isQuiet: true,
    hint: `Correct the files of ${folder}: \`kubectl kustomize ${folder}\` shows what is wrong.`,
  })
  await applyUntilDone(context, folder)
  await recordBase(context, digest)
}

async function applyUntilDone(context: ActContext, folder: string): Promise<void> {
  const { host, logger, deadline } = context
  let problem: readonly string[] | undefined = ['it was not tried']
  let told = ''
  for (let attempt = 0; host.now() < deadline; attempt += 1) {
    problem = await tryToApply(context, folder)
    if (problem === undefined) return
    const reason = problem.join('; ')
    if (reason !== told) logger.info(`The base cannot be applied yet: ${reason}`)
    told = reason
    await host.sleep(Math.max(0, Math.min(pauses[attempt] ?? 5000, deadline - host.now())))
  }
  throw timedOut(`the base of ${folder} to be applied`, problem?.at(0) ?? 'kubectl failed', problem)
}

/** Why it could not be done; undefined when it was. */
async function tryToApply(context: ActContext, folder: string): Promise<readonly string[] | undefined> {
  const argv = [
    ...[kubectl, '--kubeconfig', adminKubeconfigPath, 'apply', '-k', folder],
    ...['--server-side', '--field-manager=iknite', '--force-conflicts'],
  ] as [string, ...string[]]
  let result: RunResult
  try {
    result = await tryProgram(context, argv, { limit: 120_000 })
  } catch (error) {
    // A server that hangs is one to ask again.
    if (isAgentError(error, 'COMMAND_FAILED')) return [error.message]
    throw error
  }
  // A kustomization may be empty, which kubectl takes for a mistake.
  if (result.status === 0 || result.stderr.includes('no objects passed to apply')) return undefined
  if (saysDiskFull(result.stderr)) throw programFailure(argv, result)
  const lines = failureLines(result.stderr)
  return lines.length === 0 ? [`kubectl apply ended with status ${result.status}`] : lines
}
