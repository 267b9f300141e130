import type { RootfsManifest } from '../describe/manifest.ts'
import type { Bill } from '../describe/sbom/bill.ts'
import type { Difference } from '../diff/schema.ts'
import { parseImageReference, repositoryName } from '../oci/reference.ts'
import type { PackedBytes } from '../packed-bytes.ts'
import { describeComparison } from './describe-comparison.ts'
import { type StoredLayer, storedNames } from './layer-places.ts'
import type {
  Report,
  ReportedImage,
  ReportedLayer,
  ReportedPackage,
  ReportedRootfs,
  StepTime,
} from './report.ts'
import { addBytes, noBytes, subtractBytes } from './sum-sizes.ts'

export interface ReportInputs {
  readonly manifest: RootfsManifest
  readonly bill: Bill
  /** Why a package is there, by its name, as far as the lock says. */
  readonly reasons: ReadonlyMap<string, string>
  /** The layers of the images, by the digests of their manifests. */
  readonly stored: ReadonlyMap<string, readonly StoredLayer[]>
  /** By owner: `package:<name>`, `layer:<what it is stored under>`, and whatever else. */
  readonly sizes: ReadonlyMap<string, PackedBytes>
  /** Undefined where nothing was compared. */
  readonly difference: Difference | undefined
  readonly steps: readonly StepTime[]
}

/** What a build made, as the page about it shows it. */
export function buildReport(inputs: ReportInputs): Report {
  const { manifest, bill, difference, steps } = inputs
  const packages = describePackages(inputs)
  const { images, layers, names } = describeImages(inputs)
  const own = new Set([...packages.map(({ name }) => `package:${name}`), ...names.map(layerOwner)])
  const { rootfs } = manifest.files
  const bytes = { packed: rootfs.size, unpacked: rootfs.unpackedSize }
  return {
    rootfs: { ...describeRootfs(manifest), bytes },
    packages,
    images,
    layers,
    rest: describeRest(inputs, own, bytes),
    bundled: bill.components
      .filter(({ kind }) => kind === 'npm')
      .map(({ name, version, license = '' }) => ({ name, version, license })),
    comparison: difference === undefined ? null : describeComparison(difference),
    steps,
  }
}

export function layerOwner(storedName: string): string {
  return `layer:${storedName}`
}

function describeRootfs(manifest: RootfsManifest): Omit<ReportedRootfs, 'bytes'> {
  const { name, version, architecture, sourceDate, base, preload, tools, files, agent } = manifest
  const { zlib, level, block } = tools.compressor
  return {
    name,
    version,
    architecture,
    blockSize: block,
    facts: [
      { name: 'Base', value: `Alpine ${base.version}` },
      { name: 'Source date', value: sourceDate.iso },
      ...(agent === null ? [] : [{ name: 'Agent', value: agent.version }]),
      ...(preload === null ? [] : [{ name: 'Images as', value: preload }]),
      { name: 'Built with', value: `apk ${tools.apk}, Node ${tools.node}, zlib ${zlib} at level ${level}` },
      { name: 'File', value: files.rootfs.name },
      { name: 'SHA-256', value: files.rootfs.sha256 },
    ],
  }
}

function describePackages({ manifest, bill, reasons, sizes }: ReportInputs): ReportedPackage[] {
  const described = new Map(
    bill.components.filter(({ kind }) => kind === 'apk').map((one) => [one.name, one]),
  )
  return manifest.packages.map(({ name, version, from }) => {
    const { license = '', description = '' } = described.get(name) ?? {}
    const why = reasons.get(name) ?? (from === 'base' ? 'in the base' : from === 'agent' ? 'the agent' : '')
    return { name, version, license, description, from, why, bytes: sizes.get(`package:${name}`) ?? noBytes }
  })
}

function describeImages({ manifest, stored, sizes }: ReportInputs) {
  const layers: ReportedLayer[] = []
  const names: string[] = []
  const images = manifest.images.map((image): ReportedImage => {
    const reference = parseImageReference(image.name)
    const own = stored.get(image.manifest) ?? []
    const places = storedNames(own, manifest.preload).map((name, index) => {
      const known = names.indexOf(name)
      if (known !== -1) return known
      const digest = `sha256:${own[index]?.diffId}`
      layers.push({ digest, bytes: sizes.get(layerOwner(name)) ?? noBytes })
      return names.push(name) - 1
    })
    return {
      name: repositoryName(reference),
      tag: reference.tag ?? '',
      digest: `sha256:${image.digest}`,
      why: image.from.join(', '),
      layers: [...new Set(places)],
    }
  })
  return { images, layers, names }
}

const imageRecords = 'Records of the images'

const restNames: Readonly<Record<string, string>> = {
  apk: 'Database and settings of apk',
  services: 'Services',
  manifests: 'Base manifests',
  images: imageRecords,
}

/** A document in an OCI layout is stored as a layer is. */
function restName(owner: string): string {
  return restNames[owner] ?? (owner.startsWith('layer:') ? imageRecords : 'Overlay, and what scripts wrote')
}

/** The last of it is what no member of the archive takes. */
function describeRest({ sizes }: ReportInputs, own: ReadonlySet<string>, whole: PackedBytes): Report['rest'] {
  const others = [...sizes].filter(([owner]) => !own.has(owner))
  const sums = new Map<string, PackedBytes>()
  for (const [owner, bytes] of others) {
    const name = restName(owner)
    sums.set(name, addBytes(sums.get(name) ?? noBytes, bytes))
  }
  const archive = subtractBytes(whole, [...sizes.values()].reduce(addBytes, noBytes))
  return [...sums, ['Frame of the archive', archive] as const].map(([name, bytes]) => ({ name, bytes }))
}
