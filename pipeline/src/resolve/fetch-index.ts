import { readFile } from 'node:fs/promises'
import { type IndexPackage, parseIndex, verifyIndex } from '../apk/index.ts'
import type { PackageSource } from './package-source.ts'
import type { ResolvedRepository } from './repositories.ts'

/** A repository whose index is fetched and verified. */
export interface IndexedRepository extends ResolvedRepository {
  /** Path of the index on the host. */
  readonly index: string
  /** Its packages by name and version, with a space between. */
  readonly packages: ReadonlyMap<string, IndexPackage>
}

const indexLimit = 64 * 1024 * 1024

/**
 * Fetches the index of a repository as its source has it now. Nothing is kept of one without a good signature.
 * @throws PipelineError those of the fetcher, of `verifyIndex` and of `parseIndex`.
 */
export async function fetchIndex(
  repository: ResolvedRepository,
  { architecture, keys, fetcher, upstream, signal }: PackageSource,
): Promise<IndexedRepository> {
  const { location } = repository
  const path = `${architecture}/APKINDEX.tar.gz`
  const label = `${location}/${path}`
  const read = async (file: string) => verifyIndex(await readFile(file), keys, label)
  const { path: index } = await fetcher.fetchUnlocked({
    ...upstream.inRepository(location, path),
    label,
    signal,
    maximumSize: indexLimit,
    verify: async ({ path }) => void (await read(path)),
  })
  const packages = parseIndex(await read(index))
  return { ...repository, index, packages: new Map(packages.map((one) => [keyOf(one), one])) }
}

/** The key of a package in {@link IndexedRepository}. */
export function keyOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name} ${version}`
}
