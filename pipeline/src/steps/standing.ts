import { createHash } from 'node:crypto'
import { z } from 'zod'
import { repositoryFiles } from '../agent/repository-files.ts'
import { isSha256, type Sha256 } from '../digest.ts'
import { compressor } from '../gzip/gzip.ts'
import { isThere } from '../inspect/finished-files.ts'
import { hashFile } from '../store/hash-file.ts'
import type { Build, Outputs } from './build.ts'
import { programDigest } from './program-digest.ts'
import type { Standing } from './results.ts'
import { wslFile } from './write-wsl.ts'

const sha256 = z.custom<Sha256>((value) => typeof value === 'string' && isSha256(value))
const blobRecord = z.strictObject({ sha256, size: z.int() })
const outputRecord = z.strictObject({
  rootfs: sha256,
  checksum: sha256,
  manifest: sha256,
  packages: sha256,
  spdx: sha256,
  cyclonedx: sha256,
  provenance: sha256,
  /** Absent where the rootfs is no distribution of WSL. */
  wsl: sha256.optional(),
})

type OutputDigests = Record<keyof Outputs, Sha256> & { readonly wsl?: Sha256 | undefined }

/** Finds out what need not be done again. */
export async function findStanding(build: Build): Promise<Standing> {
  const { recipe, overlay, kustomization } = build.get('recipe')
  const { architecture, version, sourceDateEpoch } = build.options
  const { images, manifests } = build.get('clusterLocks')
  const agent = build.get('agent')
  const packagesKey = keyOf([
    await programDigest(),
    architecture,
    build.get('lock'),
    // Not who signed them: that is not in the rootfs.
    agent?.packages.map(({ facts: { info, checksum, size } }) => [info.name, info.version, checksum, size]),
  ])
  const sources = [...overlay, ...kustomization].map((file) => ({ ...file, source: undefined }))
  const locks = [images ?? null, manifests ?? null]
  const settings = [version, sourceDateEpoch ?? null, compressor]
  // What is bundled is described, too, and may change its licence or version without changing the program.
  const outputKey = keyOf([packagesKey, recipe, sources, locks, settings, agent?.key, agent?.bundled])
  const exported = await build.store.readRecord('packages', packagesKey, blobRecord)
  const packages = exported && (await build.store.find(exported.sha256, exported.size))
  const files = await build.store.readRecord('output', outputKey, outputRecord)
  const output = files !== undefined && (await reportStands(build)) && (await allStand(build, files))
  return { packagesKey, packages, outputKey, output }
}

/** Remembers the digests of the finished files, so that the next build with the same inputs finds them standing. */
export async function recordOutput(build: Build, digests: OutputDigests): Promise<void> {
  await build.store.writeRecord('output', build.get('standing').outputKey, digests)
}

/** Whatever a page says stands; but one that compares is made anew, as what it compared with may have changed. */
async function reportStands({ options, report }: Build): Promise<boolean> {
  return options.since === undefined && (await isThere(report))
}

async function allStand(build: Build, digests: OutputDigests): Promise<boolean> {
  const names = Object.keys(digests) as (keyof OutputDigests)[]
  const placeOf = (name: keyof OutputDigests) => (name === 'wsl' ? wslFile(build) : build.outputs[name])
  const described = names.map((name) => ({ path: placeOf(name), sha256: digests[name] }))
  const files = [...described, ...repositoryFiles(build.get('agent'), build.options)]
  const checks = files.map(async ({ path, sha256 }) => (await hashFile(path))?.sha256 === sha256)
  return (await Promise.all(checks)).every(Boolean)
}

function keyOf(inputs: unknown): Sha256 {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex') as Sha256
}
