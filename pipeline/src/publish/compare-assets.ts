import type { SeenAsset, WantedAsset } from './state.ts'

/** What a release's files are worth, held against those that it shall have. */
export interface Comparison {
  /** Names of files that are there as they shall be. */
  readonly right: readonly string[]
  /** Files of which only a download can tell. */
  readonly unknown: readonly SeenAsset[]
  readonly wrong: readonly { readonly asset: SeenAsset; readonly reason: string }[]
  /** Names of files that are not there at all. */
  readonly missing: readonly string[]
}

/** Compares by name, size and digest. */
export function compareAssets(seen: readonly SeenAsset[], wanted: readonly WantedAsset[]): Comparison {
  const byName = new Map(wanted.map((one) => [one.name, one]))
  const right: string[] = []
  const unknown: SeenAsset[] = []
  const wrong: { asset: SeenAsset; reason: string }[] = []
  for (const asset of seen) {
    const reason = fault(asset, byName.get(asset.name))
    if (reason !== undefined) wrong.push({ asset, reason })
    else if (asset.sha256 === undefined) unknown.push(asset)
    else right.push(asset.name)
  }
  const there = new Set([...seen].map(({ name }) => name))
  const missing = wanted.map(({ name }) => name).filter((name) => !there.has(name))
  return { right, unknown, wrong, missing }
}

/** Whether nothing is wrong, missing or unknown. */
export function isRight({ unknown, wrong, missing }: Comparison): boolean {
  return unknown.length + wrong.length + missing.length === 0
}

function fault(asset: SeenAsset, wanted: WantedAsset | undefined): string | undefined {
  if (wanted === undefined) return 'it is no file of this release'
  if (!asset.complete) return 'its upload never ended'
  if (asset.size !== wanted.size) return `it has ${asset.size} bytes, not ${wanted.size}`
  if (asset.sha256 !== undefined && asset.sha256 !== wanted.sha256) return 'it has other bytes'
  return undefined
}
