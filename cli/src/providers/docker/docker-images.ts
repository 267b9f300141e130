import { open } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { ImageInfo } from 'dockerode'
import * as z from 'zod'
import { KaweezleError } from '../../errors.ts'
import type { ClusterName, RootfsId } from '../provider.ts'
import type { Daemon } from './docker-connection.ts'
import { removeImage } from './docker-create.ts'
import { dockerFailure } from './docker-failure.ts'
import { runHelper } from './docker-helper.ts'
import { draftName, imageName, isNamed, labelFilter, labelOf, labels } from './docker-names.ts'
import { askDocker, diskLimit } from './docker-request.ts'
import { createDataVolume } from './docker-volumes.ts'

/** For `iknite version` on a slow, busy machine. */
const checkLimit = 120_000

/** One line of the reply to an import, as far as it is used. */
const importEventSchema = z.looseObject({ error: z.string().optional() })

/** The images of a cluster, or of all, drafts included. */
export function listImages(daemon: Daemon, cluster?: ClusterName): Promise<ImageInfo[]> {
  return askDocker('list images', { signal: daemon.signal }, () =>
    daemon.docker.listImages({ filters: labelFilter(cluster) }),
  )
}

/** The whole root filesystems among the images of a cluster: the id of the image by that of the rootfs. */
export function wholeImages(cluster: ClusterName, images: readonly ImageInfo[]): Map<RootfsId, string> {
  const found = images.flatMap(({ Id, Labels, RepoTags }) => {
    const rootfs = Labels?.[labelOf.rootfs]
    const isWhole = rootfs !== undefined && isNamed(RepoTags, imageName(cluster, rootfs))
    return isWhole ? [[rootfs, Id] as const] : []
  })
  return new Map(found.toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

/**
 * Imports a rootfs under another name, and gives it its own when it was seen to run: an image without that name is
 * what a killed import left. With the first one of a cluster comes its data volume, before the name.
 * @throws KaweezleError
 */
export async function importImage(
  daemon: Daemon,
  { cluster, rootfs, tarball }: { cluster: ClusterName; rootfs: RootfsId; tarball: string },
): Promise<void> {
  const whole = wholeImages(cluster, await listImages(daemon, cluster))
  if (whole.has(rootfs)) return
  await removeDrafts(daemon, cluster)
  try {
    await stream(daemon, cluster, rootfs, tarball)
    const draft = (await listImages(daemon, cluster)).find(({ RepoTags }) =>
      isNamed(RepoTags, draftName(cluster, rootfs)),
    )
    if (draft === undefined)
      throw new KaweezleError('PROVIDER_FAILED', `Docker lost ${tarball} after it had imported it`, {
        hint: 'Do this again.',
      })
    await check(daemon, cluster, draft.Id)
    if (whole.size === 0) await createDataVolume(daemon, cluster)
    await askDocker('name an image', { signal: daemon.signal }, () =>
      daemon.docker.getImage(draft.Id).tag(imageName(cluster, rootfs)),
    )
    await removeDraftNames(daemon, draft.RepoTags)
  } catch (error) {
    await removeDrafts({ ...daemon, signal: undefined }, cluster)
    throw error
  }
}

/** Removes a rootfs with every name it has; one that is not there is as good. */
export async function removeRootfsImages(
  daemon: Daemon,
  cluster: ClusterName,
  rootfs: RootfsId,
): Promise<void> {
  for (const { Id, Labels } of await listImages(daemon, cluster)) {
    if (Labels?.[labelOf.rootfs] === rootfs) await removeImage(daemon, Id)
  }
}

async function stream(
  { docker, platform, signal }: Daemon,
  cluster: ClusterName,
  rootfs: RootfsId,
  tarball: string,
): Promise<void> {
  await using file = await openTarball(tarball)
  const content = file.createReadStream({ autoClose: false })
  const { promise: broken, reject } = Promise.withResolvers<never>()
  content.once('error', reject)
  broken.catch(() => {})
  const marks = Object.entries(labels(cluster, 'rootfs', { [labelOf.rootfs]: rootfs }))
  const reply = await askDocker(
    `import ${tarball}`,
    { timeLimit: diskLimit, signal },
    async (abortSignal) => {
      const { repo, tag } = draftName(cluster, rootfs)
      // Podman heeds a tag only here, and one label an instruction. The types of dockerode know one change.
      const changes: object = { changes: marks.map(([name, value]) => `LABEL ${name}=${value}`) }
      const options = { repo: `${repo}:${tag}`, platform, abortSignal, ...changes }
      const imported = docker.importImage(content, options)
      return text(await Promise.race([imported, broken]))
    },
  )
  for (const line of reply.split('\n').filter((part) => part.trim() !== '')) {
    const { error } = importEventSchema.parse(JSON.parse(line))
    if (error !== undefined) throw importFailure(tarball, error)
  }
}

async function openTarball(tarball: string) {
  try {
    return await open(tarball)
  } catch (cause) {
    throw new KaweezleError('FILE_FAILED', `${tarball} cannot be read`, {
      hint: 'See that it is there, and that this user may read it.',
      cause,
    })
  }
}

function importFailure(tarball: string, reason: string): KaweezleError {
  const failure = dockerFailure(`import ${tarball}`, Object.assign(new Error(reason), { statusCode: 500 }))
  if (failure.code === 'DISK_FULL') return failure
  return new KaweezleError('PROVIDER_FAILED', failure.message, {
    hint: 'Download the release again; if that does not help, it is damaged.',
    cause: failure,
  })
}

async function check(daemon: Daemon, cluster: ClusterName, image: string): Promise<void> {
  const fail = (reason: string, details: readonly string[], cause?: unknown) =>
    new KaweezleError('PROVIDER_FAILED', `The root filesystem does not run: ${reason}`, {
      hint: `Take a release of Kaweezle for ${daemon.platform}.`,
      details,
      cause,
    })
  const outcome = await runHelper(daemon, cluster, {
    image,
    argv: ['/usr/bin/iknite', 'version'],
    timeLimit: checkLimit,
    doing: 'run `iknite version`',
  }).catch((cause: unknown) => {
    // Docker answers in this way when there is no such program, or one of another architecture.
    if (cause instanceof KaweezleError && cause.code === 'PROVIDER_FAILED')
      throw fail('`iknite version` cannot be started', [cause.message], cause)
    throw cause
  })
  if (outcome.status !== 0)
    throw fail(`\`iknite version\` ended with status ${outcome.status}`, outcome.output.split('\n'))
}

/** Removes what killed imports left. */
async function removeDrafts(daemon: Daemon, cluster: ClusterName): Promise<void> {
  const images = await listImages(daemon, cluster)
  const whole = new Set(wholeImages(cluster, images).values())
  for (const { Id, RepoTags } of images) {
    if (whole.has(Id)) await removeDraftNames(daemon, RepoTags)
    else await removeImage(daemon, Id)
  }
}

async function removeDraftNames(daemon: Daemon, names: readonly string[] | null | undefined): Promise<void> {
  for (const name of (names ?? []).filter((tag) => tag.endsWith('.draft'))) await removeImage(daemon, name)
}
