import type { RootfsManifest } from '../describe/manifest.ts'
import type { Bill } from '../describe/sbom/bill.ts'
import { compareRootfs } from '../diff/compare.ts'
import { ownerFinder } from '../diff/owners.ts'
import { readSide } from '../diff/read-side.ts'
import type { Difference } from '../diff/schema.ts'
import { preloadedAt } from '../preload/preload-tree.ts'
import type { Progress } from '../progress.ts'
import { buildReport, layerOwner } from '../report/build-report.ts'
import { storedNameAt } from '../report/layer-places.ts'
import { printPage } from '../report/print-page.ts'
import { stepTimes } from '../report/step-times.ts'
import { sumSizes } from '../report/sum-sizes.ts'
import { bundlePage } from '../report-page/bundle-page.ts'
import { commitText } from '../store/commit.ts'
import type { TreePath } from '../tree/entry.ts'
import type { Build } from './build.ts'

/** Writes the page about the build: where the bytes are, what changed, what took how long. */
export async function writeReport(
  build: Build,
  { manifest, bill }: { readonly manifest: RootfsManifest; readonly bill: Bill },
  progress: Required<Progress>,
): Promise<void> {
  const report = buildReport({
    manifest,
    bill,
    reasons: new Map(build.get('lock').packages.map(({ name, why }) => [name, why])),
    stored: new Map(
      build.get('preloaded').images.map(({ manifest: { digest }, layers }) => [digest, layers]),
    ),
    sizes: sumSizes(build.get('packed').members, ownerIn(build, manifest)),
    difference: await compare(build, progress),
    steps: stepTimes(build.told, Date.now()),
  })
  await commitText(build.report, printPage(report, await bundlePage()))
}

/** What `diff` takes for the owner of a path, and for those in the images the layer. */
function ownerIn(build: Build, { manifests, preload }: RootfsManifest): (path: TreePath) => string {
  const { tree, sha1 } = build.get('rootfs')
  const { packages } = build.get('installed')
  const ownerOf = ownerFinder({ packages, manifests, tree, sha1 })
  const folder = preload === null ? undefined : `${preloadedAt[preload]}/`
  return (path) => {
    const isImage = folder !== undefined && path.startsWith(folder)
    const layer = isImage ? storedNameAt(path.slice(folder.length)) : undefined
    return layer === undefined ? ownerOf(path) : layerOwner(layer)
  }
}

/** Undefined where the build was told of no other root filesystem. */
async function compare(
  { options, outputs, signal }: Build,
  progress: Required<Progress>,
): Promise<Difference | undefined> {
  if (options.since === undefined) return undefined
  const old = await readSide(options.since, { progress, signal })
  const next = await readSide({ manifest: outputs.manifest, rootfs: outputs.rootfs }, { progress, signal })
  return compareRootfs(old, next)
}
