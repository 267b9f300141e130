import { type Sandbox, type Supply, suppliesPath } from '../engine/engine.ts'
import { PipelineError } from '../errors.ts'
import { upstreamPath } from '../kubernetes/kustomization.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { Progress } from '../progress.ts'
import type { FetchedManifest } from './fetch-manifests.ts'

const timeLimit = 5 * 60_000
const place = 'kustomization'

interface RenderOptions {
  readonly loaded: LoadedRecipe
  readonly manifests: readonly FetchedManifest[]
  readonly progress: Progress
}

/**
 * The base kustomization, with upstream's manifests beside it, as the `kubectl` of the rootfs renders it.
 * @throws PipelineError `RECIPE_INVALID` when it cannot be rendered, e.g. because it needs a network.
 */
export async function renderKustomization(
  sandbox: Sandbox,
  { loaded, manifests, progress }: RenderOptions,
): Promise<string> {
  const to = loaded.recipe.manifests?.to ?? ''
  const own = loaded.kustomization.flatMap((file): Supply[] =>
    file.type === 'file' ? [{ path: `${place}${file.path.slice(to.length)}`, file: file.source }] : [],
  )
  const upstream = manifests.map(({ name, blob }) => ({
    path: `${place}/${upstreamPath(name)}`,
    file: blob.path,
  }))
  await sandbox.supply([...own, ...upstream])
  progress.line?.('rendering the base kustomization')
  const { status, stdout, stderr } = await sandbox.run(
    ['/usr/bin/env', 'kubectl', 'kustomize', `${suppliesPath}/${place}`],
    { timeLimit },
  )
  if (status === 0) return stdout
  const noProgram = status === 127 || status === 126
  throw new PipelineError(
    'RECIPE_INVALID',
    noProgram
      ? 'the packages bring no kubectl, which renders the base kustomization'
      : `kubectl cannot render the base kustomization without a network: ${stderr.trim()}`,
    { hint: noProgram ? 'Add kubectl to the packages of the recipe.' : 'Correct `manifests` in the recipe.' },
  )
}

/** What `kubeadm config images list` prints for a version; undefined where kubeadm does not run. */
export async function askKubeadm(
  sandbox: Sandbox,
  { version, progress }: { version: string; progress: Progress },
): Promise<string | undefined> {
  progress.line?.('asking kubeadm for its images')
  const { status, stdout } = await sandbox.run(
    ['/usr/bin/env', 'kubeadm', 'config', 'images', 'list', '--kubernetes-version', `v${version}`],
    { timeLimit },
  )
  return status === 0 ? stdout : undefined
}
