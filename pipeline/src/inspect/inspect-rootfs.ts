import { basename } from 'node:path'
import { parseInstalled } from '../apk/installed.ts'
import { ContentReader } from '../contents/content-reader.ts'
import { readTree } from '../contents/read-tree.ts'
import type { RootfsManifest } from '../describe/manifest.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { Progress } from '../progress.ts'
import { shownPath } from '../render/shown-path.ts'
import type { FileEntry } from '../tree/entry.ts'
import type { Finding } from '../verify/index.ts'
import { checkImages } from './check-images.ts'
import { checkManifests } from './check-manifests.ts'
import { checkProvenance } from './check-provenance.ts'
import { checkRules, rulesFor } from './check-rules.ts'
import { compareFiles } from './compare-files.ts'
import { comparePackages } from './compare-packages.ts'
import { Findings } from './findings.ts'
import { type FinishedFiles, isThere } from './finished-files.ts'
import { openRootfs } from './open-rootfs.ts'
import { readIfThere, readManifest } from './read-manifest.ts'
import { type RootfsView, readFileAt } from './rootfs-view.ts'

export interface InspectOptions {
  /** For what is unpacked on the way; nothing stays there. */
  readonly workFolder: string
  /** What the rootfs was made from; without it some rules cannot be checked. */
  readonly recipe: LoadedRecipe | undefined
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** What was found out about a finished rootfs. */
export interface Inspection {
  /** Undefined where it cannot be read. */
  readonly manifest: RootfsManifest | undefined
  readonly findings: readonly Finding[]
}

/** apk's database of a few thousand packages has some 10 MiB. */
const largestDatabase = 2 ** 27

/**
 * Holds a finished rootfs against its manifest and its own data, from the outside: the file, its packages, images
 * and vendored manifests, the rules of the step `verify`, and the files beside it against the provenance. What is
 * damaged is a finding.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`; the signal's reason.
 */
export async function inspectRootfs(files: FinishedFiles, options: InspectOptions): Promise<Inspection> {
  const found = new Findings()
  const manifest = await found.attempt('manifest', () => readManifest(files.manifest))
  if (manifest === undefined) return { manifest, findings: found.list }
  if (await isThere(files.rootfs)) await inspectFile(files, options, { manifest, found })
  else found.list.push({ rule: 'file', message: `${basename(files.rootfs)} is missing` })
  await found.add('provenance', () => checkProvenance(files.manifest, manifest))
  return { manifest, findings: found.list }
}

interface Known {
  readonly manifest: RootfsManifest
  readonly found: Findings
}

async function inspectFile(
  files: FinishedFiles,
  { workFolder, recipe, progress, signal }: InspectOptions,
  { manifest, found }: Known,
): Promise<void> {
  const name = shownPath(files.rootfs)
  const checksumText = await readIfThere(files.checksum)
  progress.line?.(`unpacking ${name}`)
  await using rootfs = await openRootfs(files.rootfs, {
    folder: workFolder,
    largestTar: manifest.files.rootfs.unpackedSize,
    signal,
    onBytes: (done) => progress.bytes?.(done, manifest.files.rootfs.size),
  })
  await found.add('file', () => compareFiles(files, rootfs, { manifest, checksumText }))
  const { tar } = rootfs
  if ('fault' in tar) return
  const tree = await found.attempt('archive', () => readTree(tar.path, name))
  if (tree === undefined) return
  using reader = new ContentReader()
  async function* open(entry: FileEntry): AsyncGenerator<Uint8Array> {
    for await (const part of reader.open(entry)) {
      signal.throwIfAborted()
      yield part
    }
  }
  await inspectTree({ manifest, tree, reader, open, signal }, { recipe, progress, found })
}

async function inspectTree(
  view: RootfsView,
  { recipe, progress, found }: Pick<InspectOptions, 'recipe' | 'progress'> & { found: Findings },
): Promise<void> {
  const { manifest } = view
  const packages = await found.attempt('packages', async () =>
    parseInstalled(await readFileAt(view, '/lib/apk/db/installed', largestDatabase)),
  )
  if (packages !== undefined) await found.add('packages', () => comparePackages(manifest.packages, packages))
  progress.line?.(`checking ${manifest.images.length} images`)
  await found.add('images', () => checkImages(view))
  await found.add('manifests', () => checkManifests(view))
  if (recipe !== undefined && recipe.recipe.name !== manifest.name)
    await found.add('recipe', () => [
      `the rootfs is of the recipe ${manifest.name}, not of ${recipe.recipe.name}`,
    ])
  if (packages === undefined) return
  progress.line?.(`checking ${rulesFor(recipe).length} rules`)
  found.list.push(...(await checkRules(view, packages, recipe)))
}
