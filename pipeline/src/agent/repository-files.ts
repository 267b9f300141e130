import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { Architecture } from '../architecture.ts'
import type { Sha256 } from '../digest.ts'
import { packageFile } from '../resolve/fetch-packages.ts'
import { commitFile } from '../store/commit.ts'
import type { BuiltAgent } from './build-agent.ts'

/** A file of the static repository. */
export interface RepositoryFile {
  /** Absolute path. */
  readonly path: string
  readonly sha256: Sha256
  readonly open: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export interface Place {
  /** Absolute path of the folder for the finished files. */
  readonly out: string
  readonly architecture: Architecture
}

/** The repository as any web server or folder can offer it: packages, their key, and the index last. */
export function repositoryFiles(
  agent: BuiltAgent | undefined,
  { out, architecture }: Place,
): RepositoryFile[] {
  if (agent === undefined) return []
  const inMemory = (path: string, bytes: Buffer): RepositoryFile => {
    const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256
    return { path: join(out, repositoryFolder, path), sha256, open: () => [bytes] }
  }
  const packages = agent.packages.map(({ facts, blob }) => ({
    path: join(out, repositoryFolder, architecture, packageFile(facts.info)),
    sha256: blob.sha256,
    open: () => createReadStream(blob.path),
  }))
  return [
    ...packages,
    inMemory(agent.key.keyName, Buffer.from(agent.key.publicPem)),
    inMemory(`${architecture}/APKINDEX.tar.gz`, agent.index),
  ]
}

/** Beside the other finished files. */
export const repositoryFolder = 'apk'

/** @throws PipelineError `FILE_FAILED`, `DISK_FULL` */
export async function writeRepository(files: readonly RepositoryFile[]): Promise<void> {
  for (const { path, sha256, open } of files) await commitFile(path, open(), { expected: { sha256 } })
}
