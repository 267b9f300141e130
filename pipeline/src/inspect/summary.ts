import type { RootfsManifest } from '../describe/manifest.ts'
import { rules } from '../verify/index.ts'
import type { Rule } from '../verify/rule.ts'

/** What was checked and found right, in two lines at most; the second says what was not checked. */
export function summarise(
  name: string,
  { packages, images, manifests }: RootfsManifest,
  checked: readonly Rule[],
): string {
  const layers = new Set(images.flatMap((image) => image.layers.map(({ diffId }) => diffId))).size
  const parts = [
    count(packages.length, 'package'),
    images.length === 0 ? 'no images' : `${count(images.length, 'image')} of ${count(layers, 'layer')}`,
    count(manifests.length, 'manifest'),
  ]
  const left = rules.filter((rule) => !checked.includes(rule)).map((rule) => rule.name)
  const note = left.length === 0 ? '' : `not checked without its recipe (--recipe): ${left.join(', ')}\n`
  return `${name} is what its manifest says: ${parts.join(', ')}; ${count(checked.length, 'rule')} kept\n${note}`
}

function count(number: number, what: string): string {
  return `${number === 0 ? 'no' : number} ${what}${number === 1 ? '' : 's'}`
}
