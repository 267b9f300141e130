import { readFile } from 'node:fs/promises'
import { readContent } from '../contents/read-content.ts'
import { PipelineError } from '../errors.ts'
import { conflictingCni, flannelNetwork } from '../kubernetes/cni.ts'
import { orFileError } from '../store/file-error.ts'
import type { Build } from './build.ts'

const folder = '/etc/cni/net.d/'
const largestConfig = 2 ** 20

/**
 * Holds flannel's network, as the rendered kustomization has it, against that of the recipe, and the CNI
 * configurations of packages and overlay against both.
 * @throws PipelineError `INCOHERENT`
 */
export async function assertNetwork(build: Build, rendered: string): Promise<void> {
  const network = flannelNetwork(rendered)
  if (network === undefined) return
  const wanted = build.get('recipe').recipe.kubernetes?.podNetwork ?? network
  const faults = conflictingCni(await cniConfigs(build), network)
  if (network !== wanted)
    faults.unshift(`flannel's network is ${network}, and the pod network of the recipe ${wanted}`)
  if (faults.length === 0) return
  throw new PipelineError('INCOHERENT', `pods would not get their network:\n  ${faults.join('\n  ')}`, {
    hint: 'Correct kubernetes.podNetwork, the kustomization, or the overlay.',
  })
}

async function cniConfigs(build: Build): Promise<Map<string, string>> {
  const { tree, reader } = build.get('installed')
  const configs = new Map<string, string>()
  for (const entry of tree.values()) {
    const path = `/${entry.path}`
    if (entry.type === 'file' && path.startsWith(folder))
      configs.set(path, (await readContent(reader, entry, largestConfig)).toString())
  }
  for (const file of build.get('recipe').overlay) {
    if (file.type !== 'file' || !file.path.startsWith(folder)) continue
    configs.set(file.path, await orFileError(file.source, () => readFile(file.source, 'utf8')))
  }
  return configs
}
