import type { BuiltAgent } from '../agent/build-agent.ts'
import type { Architecture } from '../architecture.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import { readCniConfigs } from '../load/read-cni-configs.ts'
import { imagesLockDigest } from '../locks/images.ts'
import type { ArchitectureLock } from '../locks/schema.ts'
import type { Progress } from '../progress.ts'
import { fetchLock } from '../resolve/fetch-locked.ts'
import { resolveImages } from '../resolve/resolve-images.ts'
import { resolveManifests } from '../resolve/resolve-manifests.ts'
import { surveyCluster } from '../resolve/survey.ts'
import { wantedImages } from '../resolve/wanted-images.ts'
import { assertNetwork } from './assert-network.ts'
import type { ClusterLocks } from './results.ts'
import type { Session } from './session.ts'

interface ResolveOptions {
  readonly loaded: LoadedRecipe
  readonly architecture: Architecture
  readonly agent: BuiltAgent | undefined
  readonly lock: ArchitectureLock
  readonly before: ClusterLocks
  /** Whether other bytes under the same tag are taken. */
  readonly acceptMoved: boolean
  readonly progress: Required<Progress>
}

/** The locks of manifests and images that a recipe means today, as far as it has any. */
export async function resolveCluster(session: Session, options: ResolveOptions): Promise<ClusterLocks> {
  const { loaded, architecture, agent, lock, before, acceptMoved, progress } = options
  const { recipe, clusterDigest } = loaded
  const { store, signal } = session
  const fetcher = session.fetcher(progress)
  const sources = { fetcher, placeOf: await session.manifestPlaces(), signal }
  const manifests = recipe.manifests
    ? await resolveManifests(recipe.manifests, { ...sources, before: before.manifests, acceptMoved })
    : []
  const manifestsLock = recipe.manifests && {
    version: 1 as const,
    manifests: manifests.map(({ blob: _, ...locked }) => locked),
  }
  if (recipe.images === undefined) return { manifests: manifestsLock, images: undefined }

  const survey = await surveyCluster({
    loaded,
    lock,
    manifests,
    store,
    node: async () => {
      const upstream = await session.upstream()
      const fetched = await fetchLock(lock, { loaded, architecture, upstream, fetcher, signal })
      return session.openInstalled({ loaded, architecture, lock, fetched, agent, progress })
    },
    progress,
  })
  if (survey.rendered !== undefined)
    assertNetwork(survey.rendered, {
      loaded,
      configs: await readCniConfigs([...(loaded.agent?.files ?? []), ...loaded.overlay]),
    })
  const images = await resolveImages(await wantedImages(loaded, { survey, manifests }), {
    registries: session.registries(),
    fetcher,
    before: before.images,
    acceptMoved,
    signal,
  })
  const answers = imagesLockDigest(clusterDigest, images)
  return { manifests: manifestsLock, images: { version: 1, recipe: answers, images } }
}
