import type { PackedBytes } from '../packed-bytes.ts'
import type { Report, ReportedImage } from '../report/report.ts'
import { addBytes, noBytes } from '../report/sum-sizes.ts'

/** What a part is there for; it has one colour each. */
export type SizeKind = 'packages' | 'images' | 'shared' | 'rest'

/** A part of what was built, with its own parts. */
export interface SizeNode {
  /** Unique in the tree. */
  readonly id: string
  readonly kind: SizeKind
  readonly name: string
  /** A few words more. */
  readonly detail: string
  /** What else it is found by. */
  readonly words: string
  readonly bytes: PackedBytes
  readonly children: readonly SizeNode[]
}

/** Where the bytes are: each of them in one leaf. A layer of several images stands apart from those, once. */
export function sizeTree(report: Report): SizeNode {
  const { rootfs, images, packages, rest } = report
  const usersOf = report.layers.map((_, place) => images.filter(({ layers }) => layers.includes(place)))
  const layersWhere = (isWanted: (users: readonly ReportedImage[], place: number) => boolean) =>
    report.layers.flatMap(({ digest, bytes }, place) => {
      const users = usersOf[place] ?? []
      if (!isWanted(users, place)) return []
      const detail = users.length > 1 ? `in ${users.length} images: ${users.map(imageTitle).join(', ')}` : ''
      const kind = users.length > 1 ? 'shared' : 'images'
      return [leaf({ id: `layer ${place}`, kind, name: shortDigest(digest), detail, words: digest, bytes })]
    })
  const kinds = [
    group(
      { id: 'packages', kind: 'packages', name: 'Packages' },
      packages.map(({ name, version, license, description, from, why, bytes }) => {
        const words = `${license} ${from} ${why} ${description}`
        return leaf({ id: `package ${name}`, kind: 'packages', name, detail: version, words, bytes })
      }),
    ),
    group(
      { id: 'images', kind: 'images', name: 'Images' },
      images.map((image, index) => {
        const own = layersWhere((users, place) => users.length === 1 && image.layers.includes(place))
        const words = `${image.name} ${image.digest} ${image.why}`
        return group({ id: `image ${index}`, kind: 'images', name: imageTitle(image), words }, own)
      }),
    ),
    group(
      { id: 'shared', kind: 'shared', name: 'Shared layers' },
      layersWhere((users) => users.length > 1),
    ),
    group(
      { id: 'rest', kind: 'rest', name: 'Everything else' },
      rest.map(({ name, bytes }) => leaf({ id: `rest ${name}`, kind: 'rest', name, bytes })),
    ),
  ]
  const all = group({ id: 'all', kind: 'rest', name: rootfs.name }, kinds)
  return { ...all, detail: rootfs.version }
}

/** `kube-proxy:v1.36.5`: what tells most images of a cluster from one another. */
export function imageTitle({ name, tag }: Pick<ReportedImage, 'name' | 'tag'>): string {
  return `${name.split('/').at(-1)}${tag === '' ? '' : `:${tag}`}`
}

/** The first digits, by which people tell digests. */
export function shortDigest(digest: string): string {
  return digest.replace('sha256:', '').slice(0, 12)
}

type Named = Pick<SizeNode, 'id' | 'kind' | 'name'> & Partial<SizeNode>

function leaf(node: Named): SizeNode {
  return { detail: '', words: '', bytes: noBytes, children: [], ...node }
}

/** Without parts of no size, which nobody could see. */
function group(node: Named, parts: readonly SizeNode[]): SizeNode {
  const children = parts.filter(({ bytes }) => bytes.packed > 0 || bytes.unpacked > 0)
  const bytes = children.reduce((sum, one) => addBytes(sum, one.bytes), noBytes)
  return leaf({ ...node, bytes, children })
}
