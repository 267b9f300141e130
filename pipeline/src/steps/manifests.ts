import { readContent } from '../contents/read-content.ts'
import { PipelineError } from '../errors.ts'
import { compareImages } from '../kubernetes/coherence.ts'
import { upstreamPath } from '../kubernetes/kustomization.ts'
import { readCniConfigs } from '../load/read-cni-configs.ts'
import type { Progress } from '../progress.ts'
import { surveyCluster } from '../resolve/survey.ts'
import { wantedImages } from '../resolve/wanted-images.ts'
import type { Edit } from '../tree/apply-edits.ts'
import type { Content } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'
import { assertNetwork } from './assert-network.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { step } from './step.ts'

export const manifests = step<Build>({
  name: 'manifests',
  title: 'Put the base manifests in place',
  async run(build, progress) {
    if (build.get('standing').output) return outputStands
    const loaded = build.get('recipe')
    const { manifests: vendored } = build.get('fetched')
    const base = loaded.recipe.manifests
    const put = (path: string, size: number, content: Content): Edit => {
      const owned = { uid: 0, gid: 0, mtime: build.get('installed').epoch, mode: 0o644 }
      return { type: 'put', entry: { ...owned, type: 'file', path: treePath(path), size, content } }
    }
    const own = loaded.kustomization.flatMap((file) =>
      file.type === 'file' ? [put(file.path, file.size, { file: file.source, offset: 0 })] : [],
    )
    const upstream = vendored.map(({ name, blob }) =>
      put(`${base?.to}/${upstreamPath(name)}`, blob.size, { file: blob.path, offset: 0 }),
    )
    build.set('manifests', [...own, ...upstream])
    await assertClusterAgrees(build, progress)
    return base === undefined
      ? { skipped: 'the recipe has none' }
      : { done: `${own.length} files and ${upstream.length} manifests of upstream in ${base.to}` }
  },
})

/** What kubeadm, the runtime's configuration, the manifests and the recipe need must be what is locked, and fit together. */
async function assertClusterAgrees(build: Build, progress: Required<Progress>): Promise<void> {
  const loaded = build.get('recipe')
  const { architecture } = build.options
  const [lock, fetched, agent] = [build.get('lock'), build.get('fetched'), build.get('agent')]
  const survey = await surveyCluster({
    loaded,
    lock,
    manifests: fetched.manifests,
    store: build.store,
    node: async () => {
      if (build.get('standing').packages === undefined) return build.get('sandbox')
      return build.openInstalled({ loaded, architecture, lock, fetched, agent, progress })
    },
    progress,
  })
  if (survey.rendered !== undefined)
    assertNetwork(survey.rendered, { loaded, configs: await cniConfigs(build) })
  const { images } = build.get('clusterLocks')
  if (images === undefined) return
  const wanted = await wantedImages(loaded, { survey, manifests: fetched.manifests })
  const faults = compareImages(wanted, images)
  if (faults.length === 0) return
  throw new PipelineError(
    'LOCK_MISMATCH',
    `the locked images are not those that are needed:\n  ${faults.join('\n  ')}`,
    {
      hint: 'Run `npm run lock` for this recipe, look at what moves, and commit the lock.',
    },
  )
}

const largestConfig = 2 ** 20

/** Those of the packages, and those that the overlay puts beside them or in their place. */
async function cniConfigs(build: Build): Promise<Map<string, string>> {
  const { tree, reader } = build.get('installed')
  const configs = new Map<string, string>()
  for (const entry of tree.values()) {
    if (entry.type === 'file' && entry.path.startsWith('etc/cni/net.d/'))
      configs.set(`/${entry.path}`, (await readContent(reader, entry, largestConfig)).toString())
  }
  return new Map([...configs, ...(await readCniConfigs(build.get('recipe').overlay))])
}
