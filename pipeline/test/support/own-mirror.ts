import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buildIndex, signIndex } from '../../src/apk/index-writer.ts'
import { type PackageFacts, verifyPackage } from '../../src/apk/package.ts'
import { type ApkOptions, buildApk } from './build-apk.ts'
import { mirrorFolder } from './mirror.ts'
import type { Bench } from './pipeline.ts'

export interface OwnKey {
  readonly keyName: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export function ownKey(keyName = 'own.rsa.pub'): OwnKey {
  return { keyName, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }
}

/** A mirror with the genuine base and repositories, by links, beside which a test puts its own. */
export async function ownMirror(place: Bench): Promise<string> {
  const mirror = join(place.folder, 'mirror')
  await mkdir(join(mirror, 'v3.19'), { recursive: true })
  for (const path of ['latest-stable', 'v3.19/releases', 'v3.19/main', 'v3.19/community'])
    await symlink(join(mirrorFolder, path), join(mirror, path))
  return mirror
}

/** Packages by name, with further lines of `.PKGINFO`, files and scripts. */
export type OwnPackages = Readonly<Record<string, Omit<ApkOptions, 'key'>>>

/** Writes a repository of x86_64: packages and index signed by `key`; without `signed`, the index is not. */
export async function writeRepository(
  folder: string,
  packages: OwnPackages,
  { key, signed = true }: { key: OwnKey; signed?: boolean },
): Promise<void> {
  const place = join(folder, 'x86_64')
  await mkdir(place, { recursive: true })
  const entries: PackageFacts[] = []
  for (const [name, { info, ...rest }] of Object.entries(packages)) {
    const { bytes } = await buildApk({ ...rest, info: { pkgname: name, ...info }, key })
    const facts = await verifyPackage(Readable.from([bytes]), { label: name })
    entries.push(facts)
    await writeFile(join(place, `${name}-${facts.info.version}.apk`), bytes)
  }
  const index = buildIndex(entries, { architecture: 'x86_64', description: 'own', sourceDate: 1700000000 })
  await writeFile(join(place, 'APKINDEX.tar.gz'), signed ? signIndex(index, key) : index)
}

export interface OwnRecipe {
  readonly key: OwnKey
  readonly packages: readonly string[]
  readonly repositories: readonly object[]
  readonly base?: object
  readonly upgrade?: boolean
  readonly agent?: string
}

/** Writes a recipe of `packages` that trusts `key`; returns its path. */
export async function writeRecipe(place: Bench, { key, ...rest }: OwnRecipe): Promise<string> {
  await mkdir(join(place.recipes, 'own-keys'), { recursive: true })
  const pem = key.publicKey.export({ type: 'spki', format: 'pem' })
  await writeFile(join(place.recipes, 'own-keys', key.keyName), pem)
  const file = join(place.recipes, 'own.yaml')
  const recipe = {
    name: 'own',
    architectures: ['x86_64'],
    locks: { packages: 'own.packages.lock.yaml' },
    base: { release: 'latest-stable' },
    keys: 'own-keys',
    ...rest,
  }
  // Every JSON text is YAML too.
  await writeFile(file, JSON.stringify(recipe))
  return file
}

/** The text of the lock of {@link writeRecipe}'s recipe. */
export function readOwnLock(place: Bench): Promise<string> {
  return readFile(join(place.recipes, 'own.packages.lock.yaml'), 'utf8')
}
