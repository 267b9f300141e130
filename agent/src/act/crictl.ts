import { isAgentError } from '../errors.ts'
import type { Host, RunResult } from '../host/host.ts'
import type { Component } from '../kubeadm/components.ts'
import { runtimeEnvironment } from '../observe/runtime.ts'
import type { ActContext } from './context.ts'
import { type ProgramOptions, runProgram, tryProgram } from './run-program.ts'

const program = '/usr/bin/crictl'

/** Runs crictl, which has to succeed, on the runtime of this node. */
export async function crictl(
  context: ActContext,
  words: readonly string[],
  options: ProgramOptions = {},
): Promise<RunResult> {
  const hint = 'Look at /var/log/crio/crio.log.'
  return runProgram(context, [program, ...words], { hint, ...options, environment: runtimeEnvironment })
}

/** The same for what may fail. */
export async function tryCrictl(
  context: ActContext,
  words: readonly string[],
  options: ProgramOptions = {},
): Promise<RunResult> {
  return tryProgram(context, [program, ...words], { ...options, environment: runtimeEnvironment })
}

/** The words that list the ids of a component's containers; one of another namespace may have its name. */
export function listContainers(component: Component, ...options: readonly string[]): readonly string[] {
  const label = 'io.kubernetes.pod.namespace=kube-system'
  return ['ps', '--name', `^${component}$`, '--label', label, ...options, '-q']
}

/** The ids that `-q` prints. */
export function idsIn(output: string): readonly string[] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

/** The last lines of a component's newest container, ended or not; none where they cannot be had. */
export async function containerTail(host: Host, component: Component): Promise<readonly string[]> {
  const [id] = idsIn((await output(host, listContainers(component, '-a'))).stdout)
  if (id === undefined) return []
  const { stdout, stderr } = await output(host, ['logs', '--tail', '5', id])
  const lines = `${stdout}\n${stderr}`.split('\n').filter(Boolean).slice(-5)
  return lines.map((line) => `${component}: ${line.replace(/\p{Cc}/gu, ' ').slice(0, 400)}`)
}

const nothing = { stdout: '', stderr: '' } as const

/** It only explains another failure, which must not be hidden by its own; the run's deadline may have passed. */
async function output(host: Host, words: readonly string[]): Promise<Pick<RunResult, 'stdout' | 'stderr'>> {
  try {
    const options = { timeLimit: 5000, environment: runtimeEnvironment }
    const result = await host.run([program, ...words], options)
    return result.status === 0 ? result : nothing
  } catch (error) {
    if (isAgentError(error, 'COMMAND_FAILED')) return nothing
    throw error
  }
}
