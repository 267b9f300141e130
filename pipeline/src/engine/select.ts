import { isPipelineError, PipelineError } from '../errors.ts'
import { createDockerEngine } from './docker.ts'
import { connectDocker } from './docker-connection.ts'
import type { Engine, EngineOptions } from './engine.ts'
import { createNamespaceEngine } from './namespace.ts'
import { namespaceProblem } from './namespace-problem.ts'

export const engineChoices = ['auto', 'docker', 'namespace'] as const

export type EngineChoice = (typeof engineChoices)[number]

/**
 * The engine asked for; for `auto`, Docker where a daemon answers, else namespaces where they work.
 * @throws PipelineError `ENGINE_UNAVAILABLE`, saying what to install or to allow.
 */
export async function selectEngine(choice: EngineChoice, options: EngineOptions): Promise<Engine> {
  switch (choice) {
    case 'docker':
      return createDockerEngine(await connectDocker(), options)
    case 'namespace': {
      const problem = await namespaceProblem()
      if (problem) throw problem
      return createNamespaceEngine(options)
    }
    case 'auto':
      return selectAny(options)
  }
}

async function selectAny(options: EngineOptions): Promise<Engine> {
  try {
    return await selectEngine('docker', options)
  } catch (docker) {
    if (!isPipelineError(docker, 'ENGINE_UNAVAILABLE')) throw docker
    const problem = await namespaceProblem()
    if (!problem) return createNamespaceEngine(options)
    throw new PipelineError('ENGINE_UNAVAILABLE', `${docker.message}. ${problem.message}`, {
      hint: `For Docker: ${docker.hint} Without Docker: ${problem.hint}`,
      cause: docker,
    })
  }
}
