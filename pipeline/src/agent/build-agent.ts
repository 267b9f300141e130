import { createPublicKey } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { licensesName } from '@kaweezle/program-kit/third-party-licenses.ts'
import { buildIndex, signIndex } from '../apk/index-writer.ts'
import { verifyPackage } from '../apk/package.ts'
import { buildPackage } from '../apk/package-writer.ts'
import type { KeyPair } from '../apk/sign.ts'
import type { Architecture } from '../architecture.ts'
import { ContentReader } from '../contents/content-reader.ts'
import type { LoadedAgent } from '../load/load-agent.ts'
import { overlayEdits } from '../overlay/overlay-edits.ts'
import { type FetchedPackage, packageFile } from '../resolve/fetch-packages.ts'
import type { Store } from '../store/store.ts'
import type { Entry } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'
import { bundleAgent } from './bundle.ts'
import type { BundledPackage } from './bundled-packages.ts'
import { planPackages } from './plan-packages.ts'

/** The agent as a repository of packages. */
export interface BuiltAgent {
  /** The name of its main package. */
  readonly name: string
  /** Of all its packages, e.g. `0.1.0-r0`. */
  readonly version: string
  /** What signed them: `keyName`, and the public key itself. */
  readonly key: Pick<KeyPair, 'keyName' | 'publicPem'>
  /** The main package, then its subpackages. */
  readonly packages: readonly FetchedPackage[]
  /** The signed `APKINDEX.tar.gz`. */
  readonly index: Buffer
  /** What of npm's is in its program. */
  readonly bundled: readonly BundledPackage[]
}

export interface BuildAgentOptions {
  readonly architecture: Architecture
  readonly key: KeyPair
  readonly store: Store
}

/** What stands for the agent's repository where those of locks have a location. */
export const agentRepository = 'agent'

/**
 * Bundles the agent, and writes its packages and their index into the store, signed. Apart from the signatures, the
 * same source makes the same bytes, and always as many of them.
 * @throws PipelineError `PACKAGE_INVALID`, `FILE_FAILED`, `DISK_FULL`.
 */
export async function buildAgent(
  agent: LoadedAgent,
  { architecture, key, store }: BuildAgentOptions,
): Promise<BuiltAgent> {
  const { description, packageVersion: version } = agent
  using reader = new ContentReader()
  const openContent = (entry: Parameters<typeof reader.open>[0]) => reader.open(entry)
  const packages: FetchedPackage[] = []
  const { entries: planning, bundled } = await entriesOf(agent)
  for (const planned of planPackages(description, version, planning)) {
    const built = await buildPackage(planned.description, planned.tree, { openContent, keys: [key] })
    const label = packageFile(built.info)
    const blob = await store.put(label, built.bytes())
    const keys = new Map([[key.keyName, createPublicKey(key.publicPem)]])
    const facts = await verifyPackage(createReadStream(blob.path), { label, keys })
    packages.push({ repository: agentRepository, blob, facts })
  }
  const entries = packages.map(({ facts }) => facts)
  const sourceDate = description.date
  const index = buildIndex(entries, {
    architecture,
    description: `${description.name} ${version}`,
    sourceDate,
  })
  const { keyName, publicPem } = key
  return {
    name: description.name,
    version,
    key: { keyName, publicPem },
    packages,
    index: signIndex(index, key),
    bundled,
  }
}

async function entriesOf({ folder, description, version, files }: LoadedAgent) {
  const owner = { uid: 0, gid: 0 }
  const { date: mtime, links } = description
  const edits = overlayEdits(files, { folders: [], links }, { ownerOf: () => owner, epoch: mtime })
  const { program, packages: bundled, licenses } = await bundleAgent({ folder, version })
  const fileOf = (path: string, mode: number, bytes: Buffer): Entry => {
    const { length: size } = bytes
    return { type: 'file', path: treePath(path), mode, ...owner, mtime, size, content: { bytes } }
  }
  const entries: Entry[] = [
    ...edits.flatMap((edit) => (edit.type === 'put' ? [edit.entry] : [])),
    fileOf(description.program, 0o755, program),
  ]
  // They ask for their text in whatever has a part of them.
  if (licenses !== '')
    entries.push(
      fileOf(`/usr/share/licenses/${description.name}/${licensesName}`, 0o644, Buffer.from(licenses)),
    )
  return { entries, bundled }
}
