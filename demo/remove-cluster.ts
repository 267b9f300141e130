import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isPipelineError } from '../pipeline/src/errors.ts'
import type { Scene } from './scene.ts'

/** The last chapter, also where the story was cut short; what is left of the cluster and of builds. */
export async function removeCluster({ stage, host }: Scene): Promise<readonly string[]> {
  const { narrator, place } = stage
  narrator.chapter(
    'Clean up',
    'The cluster with all of its data, the context in the kubeconfig, all downloads.',
  )
  const failures: string[] = []
  if (existsSync(join(place.bin, 'kaweezle')))
    try {
      await stage.run(['kaweezle', 'uninstall', '--yes', '--purge'], { always: true })
    } catch (error) {
      if (!isPipelineError(error)) throw error
      failures.push(error.message)
    }
  return [...failures, ...(await host.leftovers())]
}
