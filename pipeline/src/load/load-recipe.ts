import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Keys, parseKeys } from '../apk/keys.ts'
import type { Sha256 } from '../digest.ts'
import { isPipelineError, PipelineError } from '../errors.ts'
import type { ImageReference } from '../oci/reference.ts'
import { parseRecipe } from '../recipe/parse.ts'
import { clusterDigest, recipeDigest } from '../recipe/resolution-inputs.ts'
import type { Recipe } from '../recipe/schema.ts'
import { shownPath } from '../render/shown-path.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'
import { listFolder } from './list-folder.ts'
import { type LoadedAgent, loadAgent } from './load-agent.ts'
import { readKustomization } from './read-kustomization.ts'
import { type OverlayFile, readOverlay } from './read-overlay.ts'
import { readPauseImage } from './read-pause-image.ts'

/** A recipe with everything it names on the host. */
export interface LoadedRecipe {
  readonly recipe: Recipe
  /** Absolute paths of the locks. */
  readonly lockFiles: Readonly<Record<keyof Recipe['locks'], string>>
  /** Keys of the recipe's own, by file name. */
  readonly keys: Keys
  /** The same keys, as the files that go into the image. */
  readonly keyFiles: ReadonlyMap<string, string>
  readonly agent: LoadedAgent | undefined
  /** What a lock must answer. */
  readonly digest: Sha256
  /** The files of all overlays, in the recipe's order. */
  readonly overlay: readonly OverlayFile[]
  /** The files of the base kustomization, by their paths in the image. */
  readonly kustomization: readonly OverlayFile[]
  /** The image of pods' sandboxes that the overlay configures the container runtime for. */
  readonly pauseImage: ImageReference | undefined
  /** What a lock of images must answer. */
  readonly clusterDigest: Sha256
}

/**
 * Reads a recipe, its keys, its overlays and what describes its agent.
 * @throws PipelineError `RECIPE_INVALID`, `PACKAGE_INVALID`, `FILE_FAILED`
 */
export async function loadRecipe(file: string): Promise<LoadedRecipe> {
  const recipe = parseRecipe(await readRecipe(file), shownPath(file))
  const folder = dirname(file)
  const keyFiles = recipe.keys === undefined ? new Map() : await readKeys(join(folder, recipe.keys))
  const keyDigests = [...keyFiles].map(([name, pem]) => [name, sha256(pem)] as const)
  const overlays = recipe.overlay.map(({ from, entries }) => readOverlay(join(folder, from), entries))
  const overlay = (await Promise.all(overlays)).flat()
  const kustomization = recipe.manifests ? await readKustomization(folder, recipe.manifests) : []
  const pauseImage = await readPauseImage(overlay)
  const agent = recipe.agent === undefined ? undefined : await loadAgent(join(folder, recipe.agent))
  const { packages, images, manifests } = recipe.locks
  return {
    recipe,
    lockFiles: {
      packages: join(folder, packages),
      images: join(folder, images),
      manifests: join(folder, manifests),
    },
    keys: parseKeys(keyFiles),
    keyFiles,
    agent,
    digest: recipeDigest(recipe, { keys: new Map(keyDigests), agent: agent?.description }),
    overlay,
    kustomization,
    pauseImage,
    clusterDigest: clusterDigest(recipe, { kustomization, pauseImage }),
  }
}

async function readRecipe(file: string): Promise<string> {
  try {
    return await orFileError(file, () => readFile(file, 'utf8'))
  } catch (error) {
    if (!isPipelineError(error) || !isSystemError(error.cause, 'ENOENT', 'ENOTDIR', 'EISDIR')) throw error
    const isFolder = error.cause.code === 'EISDIR'
    throw new PipelineError(
      'RECIPE_INVALID',
      isFolder ? `${shownPath(file)} is a folder, not a recipe` : `there is no recipe ${shownPath(file)}`,
      { hint: 'Name a recipe with --recipe, e.g. rootfs/minimal.yaml.', cause: error },
    )
  }
}

async function readKeys(folder: string): Promise<Map<string, string>> {
  const files = (await listFolder(folder)).filter(({ name }) => name.endsWith('.rsa.pub'))
  const entries = files.map(
    async ({ name, path }) => [name, await orFileError(path, () => readFile(path, 'utf8'))] as const,
  )
  return new Map(await Promise.all(entries))
}

function sha256(text: string): Sha256 {
  return createHash('sha256').update(text).digest('hex') as Sha256
}
