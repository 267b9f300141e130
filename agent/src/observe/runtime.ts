import * as z from 'zod'
import { oneLine } from '../cluster/one-line.ts'
import { parseJson } from '../cluster/parse-text.ts'
import { isAgentError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { runtimeSocket } from '../kubeadm/paths.ts'
import type { ProcessState, RuntimeState } from '../plan/snapshot.ts'

/** Milliseconds for one answer of the runtime. */
export const runtimeTimeLimit = 10_000

/** Where crictl finds the runtime, whatever /etc/crictl.yaml says. */
export const runtimeEnvironment = { CONTAINER_RUNTIME_ENDPOINT: `unix://${runtimeSocket}` } as const

/** StatusResponse of https://github.com/kubernetes/cri-api, as crictl prints it. */
const infoSchema = z.object({
  status: z.object({
    conditions: z.array(
      z.object({
        type: z.string(),
        status: z.boolean().nullish(),
        reason: z.string().nullish(),
        message: z.string().nullish(),
      }),
    ),
  }),
})

const conditions = ['RuntimeReady', 'NetworkReady'] as const

/** @param process that of crio; without one nothing is asked. */
export async function observeRuntime(host: Host, process: ProcessState | undefined): Promise<RuntimeState> {
  if (process === undefined || (await host.files.stat(runtimeSocket)) === undefined) return { state: 'down' }
  try {
    const { status, stdout, stderr } = await host.run(['crictl', 'info'], {
      timeLimit: runtimeTimeLimit,
      environment: runtimeEnvironment,
    })
    if (status !== 0)
      return { state: 'starting', reason: `crictl info failed: ${lastLine(stderr) || `status ${status}`}` }
    return judge(stdout)
  } catch (error) {
    if (isAgentError(error, 'COMMAND_FAILED')) return { state: 'starting', reason: error.message }
    throw error
  }
}

function judge(text: string): RuntimeState {
  const info = parseJson(text, infoSchema)
  if (info === undefined)
    return { state: 'starting', reason: 'the answer of crictl info cannot be understood' }
  for (const type of conditions) {
    const condition = info.status.conditions.find((candidate) => candidate.type === type)
    if (condition?.status === true) continue
    const why = condition?.message || condition?.reason
    return { state: 'starting', reason: `${type} is false${why ? `: ${oneLine(why)}` : ''}` }
  }
  return { state: 'ready' }
}

function lastLine(text: string): string {
  return oneLine(text.trimEnd().split('\n').at(-1) ?? '')
}
