import type { Sha256 } from '../../digest.ts'
import { formatDigest } from '../../oci/digest.ts'
import type { LayerDescriptor } from '../../oci/manifest.ts'
import { parseImageReference, repositoryName } from '../../oci/reference.ts'
import { platformOf } from '../../oci/select-platform.ts'
import type { RootfsManifest } from '../manifest.ts'
import { type Component, compareTexts, componentId, type Relation } from './bill.ts'
import { imagePurl } from './purl.ts'

/** Layers as registries have them: each with the digest of its uncompressed tar. */
export type LayerBlobs = readonly {
  readonly diffId: Sha256
  readonly blob: Pick<LayerDescriptor, 'digest' | 'size'>
}[]

/** A component for each image of a rootfs: the image for its platform, and the index that leads to it. */
export function imageComponents({ images, architecture }: RootfsManifest): Component[] {
  const arch = platformOf[architecture].replace('linux/', '')
  return images.map(({ name, digest, manifest, config, from }) => {
    const reference = parseImageReference(name)
    const own = imagePurl(reference, manifest, arch)
    return {
      id: imageId({ name }),
      kind: 'image',
      name: repositoryName(reference),
      version: reference.tag ?? formatDigest(manifest),
      purls: digest === manifest ? [own] : [own, imagePurl(reference, digest)],
      hashes: { sha256: manifest },
      facts: {
        'oci:index': digest === manifest ? undefined : formatDigest(digest),
        'oci:manifest': formatDigest(manifest),
        'oci:config': formatDigest(config),
        'oci:from': from.join(' '),
      },
    }
  })
}

/** A component for each layer, once, however many images have it. */
export function layerComponents({ images }: RootfsManifest, blobs: LayerBlobs): Component[] {
  const sizes = new Map(images.flatMap(({ layers }) => layers.map(({ diffId, size }) => [diffId, size])))
  return [...sizes].map(([diffId, size]) => {
    const own = new Map(
      blobs.filter((one) => one.diffId === diffId).map(({ blob }) => [blob.digest, blob.size]),
    )
    const packed = [...own].toSorted(([one], [other]) => compareTexts(one, other))
    return {
      id: layerId({ diffId }),
      kind: 'layer',
      name: `layer ${diffId.slice(0, 12)}`,
      version: formatDigest(diffId),
      purls: [],
      // Of the uncompressed tar: the same layer may be packed in several ways.
      hashes: { sha256: diffId },
      facts: {
        size,
        'oci:diff-id': formatDigest(diffId),
        'oci:blobs': packed.map(([digest, bytes]) => `${formatDigest(digest)}:${bytes}`).join(' '),
      },
    }
  })
}

export function imageRelations({ images }: RootfsManifest): Relation[] {
  return images.flatMap(({ name, layers }) => {
    const ids = new Set(layers.map(layerId))
    return [...ids].map((to): Relation => ({ from: imageId({ name }), kind: 'contains', to }))
  })
}

export function imageId({ name }: { readonly name: string }): string {
  return componentId('image', name)
}

function layerId({ diffId }: { readonly diffId: Sha256 }): string {
  return componentId('layer', diffId)
}
