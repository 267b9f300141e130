import { PipelineError } from '../errors.ts'
import { conflictingCni, flannelNetwork } from '../kubernetes/cni.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'

interface NetworkOptions {
  readonly loaded: LoadedRecipe
  /** CNI configurations by their paths in the image. */
  readonly configs: ReadonlyMap<string, string>
}

/**
 * Holds flannel's network, as the rendered kustomization has it, against that of the recipe, and CNI configurations
 * against both.
 * @throws PipelineError `INCOHERENT`
 */
export function assertNetwork(rendered: string, { loaded, configs }: NetworkOptions): void {
  const network = flannelNetwork(rendered)
  if (network === undefined) return
  const wanted = loaded.recipe.kubernetes?.podNetwork ?? network
  const faults = conflictingCni(configs, network)
  if (network !== wanted)
    faults.unshift(`flannel's network is ${network}, and the pod network of the recipe ${wanted}`)
  if (faults.length === 0) return
  throw new PipelineError('INCOHERENT', `pods would not get their network:\n  ${faults.join('\n  ')}`, {
    hint: 'Correct kubernetes.podNetwork, the kustomization, or the overlay.',
  })
}
