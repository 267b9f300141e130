import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Sandbox } from '../engine/engine.ts'
import { parseKubeadmImages } from '../kubernetes/kubeadm-images.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { ArchitectureLock } from '../locks/schema.ts'
import { digestSchema, formatDigest } from '../oci/digest.ts'
import { formatImageReference, type ImageReference, parseImageReference } from '../oci/reference.ts'
import type { Progress } from '../progress.ts'
import { orFileError } from '../store/file-error.ts'
import type { Store } from '../store/store.ts'
import type { FetchedManifest } from './fetch-manifests.ts'
import { askKubeadm, renderKustomization } from './node-programs.ts'

/** What the programs of the rootfs say of the cluster that it will become. */
export interface Survey {
  /** The base kustomization as `kubectl kustomize` renders it; undefined where the recipe has none. */
  readonly rendered: string | undefined
  /** What `kubeadm config images list` says; undefined where it cannot be asked. */
  readonly kubeadm: readonly ImageReference[] | undefined
}

export interface SurveyOptions {
  readonly loaded: LoadedRecipe
  readonly lock: ArchitectureLock
  readonly manifests: readonly FetchedManifest[]
  readonly store: Store
  /** A sandbox with all packages installed; asked for only when something has to run. */
  readonly node: () => Promise<Sandbox>
  readonly progress: Progress
}

const recordSchema = z.strictObject({
  rendered: z.strictObject({ digest: digestSchema, size: z.int() }).nullable(),
  kubeadm: z.array(z.string()).nullable(),
})

/**
 * Renders the base kustomization and asks kubeadm, both inside the rootfs and without a network, or takes the
 * answers of an earlier run with the same programs and files.
 * @throws PipelineError `RECIPE_INVALID` when the kustomization cannot be rendered, and what the engine throws.
 */
export async function surveyCluster(options: SurveyOptions): Promise<Survey> {
  const { loaded, lock, manifests, store, node, progress } = options
  const { kubernetes, manifests: base } = loaded.recipe
  const has = (name: string) => lock.packages.some((one) => one.name === name)
  const asksKubeadm = kubernetes !== undefined && has('kubeadm')
  if (base === undefined && !asksKubeadm) return { rendered: undefined, kubeadm: undefined }

  const key = surveyKey(options)
  const found = await findSurvey(store, key)
  if (found !== undefined) return found
  const sandbox = await node()
  const survey: Survey = {
    rendered: base && (await renderKustomization(sandbox, { loaded, manifests, progress })),
    kubeadm: asksKubeadm
      ? parsedUnlessUndefined(await askKubeadm(sandbox, { version: kubernetes.version, progress }))
      : undefined,
  }
  const blob =
    survey.rendered === undefined
      ? undefined
      : await store.put('the rendered kustomization', chunksOf(survey.rendered))
  await store.writeRecord(kind, key, {
    rendered: blob ? { digest: formatDigest(blob.sha256), size: blob.size } : null,
    kubeadm: survey.kubeadm?.map(formatImageReference) ?? null,
  })
  return survey
}

const kind = 'survey'

function parsedUnlessUndefined(stdout: string | undefined): ImageReference[] | undefined {
  return stdout === undefined ? undefined : parseKubeadmImages(stdout)
}

function surveyKey({ loaded, lock, manifests }: SurveyOptions): string {
  const inputs = [
    loaded.recipe.kubernetes?.version ?? null,
    lock.packages.map(({ checksum }) => checksum),
    lock.base.sha256,
    loaded.kustomization.map((file) => ({ ...file, source: undefined })),
    manifests.map(({ name, sha256 }) => [name, sha256]),
  ]
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex')
}

async function findSurvey(store: Store, key: string): Promise<Survey | undefined> {
  const record = await store.readRecord(kind, key, recordSchema)
  if (record === undefined) return undefined
  const kubeadm = record.kubeadm?.map((text) => parseImageReference(text))
  if (record.rendered === null) return { rendered: undefined, kubeadm }
  const blob = await store.find(record.rendered.digest, record.rendered.size)
  if (blob === undefined) return undefined
  return { rendered: await orFileError(blob.path, () => readFile(blob.path, 'utf8')), kubeadm }
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
