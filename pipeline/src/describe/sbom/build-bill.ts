import type { BundledPackage } from '../../agent/bundled-packages.ts'
import { publicAddress } from '../../locks/location.ts'
import type { RootfsManifest } from '../manifest.ts'
import { apkComponents, apkId, apkRelations, type DescribedPackage } from './apk-components.ts'
import { type Bill, type Component, compareTexts, componentId, type Relation } from './bill.ts'
import { imageComponents, imageRelations, type LayerBlobs, layerComponents } from './image-components.ts'
import { filePurl, npmPurl } from './purl.ts'

export interface BillInputs {
  readonly manifest: RootfsManifest
  /** All packages that are installed. */
  readonly installed: readonly DescribedPackage[]
  /** The layers of all images. */
  readonly blobs: LayerBlobs
  /** What is bundled into the program of the agent, and the package of apk that has it. */
  readonly agent: { readonly name: string; readonly bundled: readonly BundledPackage[] } | undefined
}

/**
 * What a rootfs consists of: its base, packages, images with their layers, manifests, and the packages of npm in the
 * program of its agent. In an order that depends on nothing but that.
 */
export function buildBill({ manifest, installed, blobs, agent }: BillInputs): Bill {
  const root = rootComponent(manifest)
  const base = baseComponent(manifest)
  const npm = agent?.bundled.map(npmComponent) ?? []
  const [packages, images] = [apkComponents(manifest, installed), imageComponents(manifest)]
  const manifests = manifestComponents(manifest)
  const components = [base, ...packages, ...images, ...layerComponents(manifest, blobs), ...npm, ...manifests]
  const contains = (from: string, parts: readonly { readonly id: string }[]) =>
    parts.map((part): Relation => ({ from, kind: 'contains', to: part.id }))
  const ofBase = manifest.packages.filter(({ from }) => from === 'base').map((one) => ({ id: apkId(one) }))
  const relations = [
    ...contains(root.id, [base, ...packages, ...images, ...manifests]),
    ...contains(base.id, ofBase),
    ...imageRelations(manifest),
    ...apkRelations(installed),
    ...(agent === undefined ? [] : contains(apkId(agent), npm)),
  ]
  return {
    sourceDate: manifest.sourceDate.epoch,
    root,
    components: sortedOnce(components, ({ id }) => id),
    relations: sortedOnce(relations, ({ from, kind, to }) => `${from} ${kind} ${to}`),
  }
}

function rootComponent({ name, version, architecture, files }: RootfsManifest): Component {
  return {
    id: 'rootfs',
    kind: 'rootfs',
    name,
    version,
    purls: [],
    hashes: { sha256: files.rootfs.sha256 },
    facts: {
      architecture,
      file: files.rootfs.name,
      size: files.rootfs.size,
      'unpacked-size': files.rootfs.unpackedSize,
      'unpacked-sha256': files.rootfs.unpackedSha256,
    },
  }
}

/** Its name and version are what scanners know the distribution by. */
function baseComponent({ base: { version, file, sha256, size } }: RootfsManifest): Component {
  const url = publicAddress(file)
  return {
    id: 'base',
    kind: 'base',
    name: 'alpine',
    version,
    purls: [filePurl('alpine-minirootfs', version, { url, sha256 })],
    hashes: { sha256 },
    download: url,
    homepage: 'https://alpinelinux.org',
    supplier: 'Alpine Linux',
    facts: { size },
  }
}

function npmComponent({ name, version, license, sha512, homepage, description }: BundledPackage): Component {
  return {
    id: componentId('npm', name, version),
    kind: 'npm',
    name,
    version,
    purls: [npmPurl(name, version)],
    license,
    hashes: { sha512 },
    // Where purls of npm lead to, unless they say another registry.
    download: `https://registry.npmjs.org/${name}/-/${name.replace(/^.*\//, '')}-${version}.tgz`,
    homepage,
    description,
    facts: {},
  }
}

function manifestComponents({ manifests }: RootfsManifest): Component[] {
  return manifests.map(({ name, tag, url, path, size, sha256 }) => ({
    id: componentId('manifest', name),
    kind: 'manifest',
    name,
    version: tag,
    purls: [filePurl(name, tag, { url, sha256 })],
    hashes: { sha256 },
    download: url,
    facts: { path, size },
  }))
}

/** By key, each of which is there once: documents refer to components by their ids. */
function sortedOnce<T>(list: readonly T[], keyOf: (element: T) => string): T[] {
  const byKey = new Map(list.map((element) => [keyOf(element), element]))
  if (byKey.size < list.length) throw new Error('a component or a relation of the bill is there twice')
  return [...byKey].toSorted(([one], [other]) => compareTexts(one, other)).map(([, element]) => element)
}
