import * as z from 'zod'
import { type ErrorCode, KaweezleError } from '../errors.ts'
import type { ClusterName, ExecResult, Provider } from '../providers/provider.ts'

const program = '/usr/bin/iknite'

/** Seconds that an answer may take which waits for nothing. */
const shortWait = 60

/** What the agent prints with `--json` when it fails. Keys may be added: they pass. */
const failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    details: z.array(z.string()).optional(),
  }),
})

const started = z.object({ name: z.string(), address: z.string(), kubernetesVersion: z.string() })

/** What `iknite status --json` prints, as far as it is of use here (docs/iknite.md). */
export const agentStatus = z.object({
  schemaVersion: z.literal(1),
  state: z.enum(['stopped', 'starting', 'ready', 'stopping', 'failed']),
  phase: z.string(),
  agentVersion: z.string(),
  cluster: z
    .object({
      name: z.string(),
      address: z.string(),
      outerAddress: z.string().optional(),
      kubernetesVersion: z.string(),
      node: z.string(),
    })
    .optional(),
  workloads: z
    .object({
      count: z.number(),
      ready: z.number(),
      unready: z.array(z.object({ name: z.string(), reason: z.string() })),
    })
    .optional(),
  problems: z.array(z.string()).optional(),
})

export type AgentStatus = z.infer<typeof agentStatus>

/** iknite in a running machine. */
export interface Agent {
  /**
   * Makes the cluster ready.
   * @throws KaweezleError `TIMED_OUT`, `AGENT_FAILED`
   */
  start(options: {
    readonly wait: number
    readonly onLog: (line: string) => void
  }): Promise<z.infer<typeof started>>
  stop(): Promise<void>
  status(): Promise<AgentStatus>
  /** Root's kubeconfig, as text. */
  kubeconfig(): Promise<string>
}

/** The agent of a cluster's machine, spoken to through its provider. */
export function agentOf(provider: Provider, name: ClusterName): Agent {
  async function call(words: readonly string[], seconds: number, onLog?: (line: string) => void) {
    return provider.exec(name, [program, ...words], {
      timeLimit: (seconds + 30) * 1000,
      ...(onLog && { onLine: (line, stream) => stream === 'stderr' && onLog(line) }),
    })
  }
  return {
    async start({ wait, onLog }) {
      const result = await call(['start', '--json', '--name', name, '--wait', String(wait)], wait, onLog)
      if (result.status !== 0) throw agentFailure('start', result)
      return parse(started, result, 'start')
    },
    async stop() {
      const result = await call(['stop', '--json'], shortWait)
      if (result.status !== 0) throw agentFailure('stop', result)
    },
    async status() {
      // 1 says that it is not ready, in the same document.
      const result = await call(['status', '--json'], shortWait)
      return parse(agentStatus, result, 'status')
    },
    async kubeconfig() {
      const result = await call(['kubeconfig'], shortWait)
      if (result.status !== 0) throw agentFailure('kubeconfig', result)
      return result.stdout
    },
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, result: ExecResult, verb: string): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(result.stdout))
  if (parsed.success) return parsed.data
  throw agentFailure(verb, result)
}

const codes: Readonly<Record<string, ErrorCode>> = { TIMED_OUT: 'TIMED_OUT', DISK_FULL: 'DISK_FULL' }

function agentFailure(verb: string, { status, stdout, stderr }: ExecResult): KaweezleError {
  const parsed = failure.safeParse(parseJson(stdout))
  if (!parsed.success) {
    return new KaweezleError('AGENT_FAILED', `iknite ${verb} ended with status ${status}`, {
      hint: 'Run `kaweezle logs` to see more.',
      details: stderr.trim().split('\n').slice(-5),
    })
  }
  const { code, message, hint, details } = parsed.data.error
  return new KaweezleError(codes[code] ?? 'AGENT_FAILED', message, {
    ...(hint !== undefined && { hint }),
    ...(details !== undefined && { details }),
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
