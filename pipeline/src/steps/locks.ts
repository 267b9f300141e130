import { PipelineError } from '../errors.ts'
import { readLock } from '../load/read-lock.ts'
import { assertLockAnswers } from '../locks/assert-answers.ts'
import { printImagesLock } from '../locks/images.ts'
import { printManifestsLock } from '../locks/manifests.ts'
import { parsePackagesLock } from '../locks/parse.ts'
import { printPackagesLock } from '../locks/print.ts'
import type { ArchitectureLock } from '../locks/schema.ts'
import type { Progress } from '../progress.ts'
import { shownPath } from '../render/shown-path.ts'
import { commitText } from '../store/commit.ts'
import { assertClusterLocks } from './assert-cluster-locks.ts'
import { assertCoherent } from './assert-coherent.ts'
import type { Build } from './build.ts'
import { readClusterLocks } from './read-cluster-locks.ts'
import { resolveCluster } from './resolve-cluster.ts'
import type { ClusterLocks } from './results.ts'
import { findStanding } from './standing.ts'
import { step } from './step.ts'

export const locks = step<Build>({
  name: 'locks',
  title: 'Read the locks',
  async run(build, progress) {
    const loaded = build.get('recipe')
    const lock = await packagesLock(build, progress)
    build.set('lock', lock)
    const cluster = await clusterLocks(build, lock, progress)
    assertClusterLocks(cluster, loaded)
    assertCoherent(loaded, lock, cluster)
    build.set('clusterLocks', cluster)
    build.set('standing', await findStanding(build))
    const images = cluster.images?.images.length ?? 0
    return {
      done: `Alpine ${lock.base.version} and ${lock.packages.length} packages${images > 0 ? `, ${images} images` : ''}`,
    }
  },
})

async function packagesLock(build: Build, progress: Required<Progress>): Promise<ArchitectureLock> {
  const loaded = build.get('recipe')
  const { architecture } = build.options
  const path = loaded.lockFiles.packages
  const file = shownPath(path)
  const existing = await readLock(path, parsePackagesLock)
  if (existing?.architectures[architecture] !== undefined)
    return assertLockAnswers(existing, { recipe: loaded.digest, architecture, file })
  assertMayLock(build, `${file} does not lock ${architecture}`)
  const lock = await build.resolve({ loaded, architecture, agent: build.get('agent'), progress })
  const architectures = { ...existing?.architectures, [architecture]: lock }
  await commitText(path, printPackagesLock({ version: 1, architectures }))
  progress.line(`written to ${file}`)
  return lock
}

async function clusterLocks(
  build: Build,
  lock: ArchitectureLock,
  progress: Required<Progress>,
): Promise<ClusterLocks> {
  const loaded = build.get('recipe')
  const { architecture, withImages } = build.options
  const { lockFiles } = loaded
  const recipe = withImages ? loaded.recipe : { ...loaded.recipe, images: undefined }
  const wanted = { ...loaded, recipe }
  const before = await readClusterLocks(wanted)
  const missing = (['manifests', 'images'] as const).find(
    (kind) => recipe[kind] !== undefined && before[kind] === undefined,
  )
  if (missing === undefined) return before
  assertMayLock(build, `there is no ${shownPath(lockFiles[missing])}`)
  const agent = build.get('agent')
  const options = { loaded: wanted, architecture, agent, lock, before, acceptMoved: false, progress }
  const { manifests, images } = await resolveCluster(build, options)
  if (manifests !== undefined) await commitText(lockFiles.manifests, printManifestsLock(manifests))
  if (images !== undefined) await commitText(lockFiles.images, printImagesLock(images))
  progress.line(`${missing} written to ${shownPath(lockFiles[missing])}`)
  return { manifests, images }
}

/** @throws PipelineError `LOCK_STALE` where a build must not write locks. */
function assertMayLock({ options: { locked, offline } }: Build, problem: string): void {
  if (!locked && !offline) return
  throw new PipelineError('LOCK_STALE', problem, {
    hint: 'Run `npm run lock` for this recipe where its sources can be reached, and commit the locks.',
  })
}
