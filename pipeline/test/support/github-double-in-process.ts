import { expect } from 'vitest'
import { type CarriedOut, type Comparison, carryOut, type Destination } from '../../src/publish/carry-out.ts'
import { checkContents, isRead } from '../../src/publish/contents.ts'
import type { PublishLimits } from '../../src/publish/limits.ts'
import type { ReleaseToPublish } from '../../src/publish/publish-release.ts'
import { readFolder } from '../../src/publish/read-folder.ts'
import { signContents } from '../../src/publish/sign-contents.ts'
import { readReleaseToken } from '../../src/publish/token.ts'
import type { Double, Fault, Incoming } from './github-double.ts'
import { head } from './github-double-state.ts'
import { type Files, fewFiles, folderOf, published, testKey } from './github-double-world.ts'

export const quick: PublishLimits = { answer: 5000, idle: 5000, tries: 4, backoff: 1, longestWait: 5000 }

export interface ReleaseInProcess {
  /** What the notes compare, in the folder. */
  readonly comparison?: Omit<Comparison, 'folder' | 'version' | 'architectures'>
  readonly limits?: Partial<PublishLimits>
  readonly wanted?: Partial<ReleaseToPublish>
  readonly destination?: Partial<Destination>
  readonly files?: Files
  readonly signal?: AbortSignal
  /** Called with the folder, when it is there. */
  readonly onFolder?: (folder: string) => void
}

/** Publishes {@link fewFiles} as v1.2.3 with {@link quick} limits, in this process; gives also its lines of progress. */
export async function releaseInProcess(
  double: Double,
  { files = fewFiles(), onFolder, ...options }: ReleaseInProcess = {},
): Promise<CarriedOut & { readonly lines: readonly string[] }> {
  const signal = options.signal ?? new AbortController().signal
  await using folder = await folderOf(files)
  onFolder?.(folder.path)
  const lines: string[] = []
  const progress = { line: (text: string) => void lines.push(text), bytes() {} }
  const read = await readFolder(folder.path, { progress: { line() {}, bytes() {} }, signal })
  const texts = read
    .filter(({ path }) => isRead(path))
    .map((file) => ({ file, text: String(files[file.path]) }))
  const contents = checkContents(read, texts)
  const wanted: ReleaseToPublish = {
    tag: 'v1.2.3',
    name: 'Kaweezle 1.2.3',
    notes: { text: 'notes', given: false },
    prerelease: false,
    makeLatest: 'legacy',
    commit: undefined,
    rolling: false,
    publish: true,
    assets: [...contents.assets, ...signContents(contents.assets, { tag: 'v1.2.3', key: testKey })],
    ...options.wanted,
  }
  const [owner = '', repo = ''] = double.repository.split('/')
  const { apiUrl } = double
  const token = readReleaseToken({ GH_TOKEN: double.token })
  const usual = { repository: { owner, repo }, apiUrl, token, target: head, dryRun: false }
  const limits = { ...quick, ...options.limits }
  const architectures = contents.manifests.map(({ architecture }) => architecture)
  const { version } = contents
  const comparison = options.comparison && {
    ...options.comparison,
    folder: folder.path,
    version,
    architectures,
  }
  const done = await carryOut(
    wanted,
    { ...usual, ...options.destination },
    { comparison, limits, signal, progress },
  )
  return { ...done, lines }
}

/** The first `times` requests that `which` names meet this fault. */
export function failOn(double: Double, which: (incoming: Incoming) => boolean, fault: Fault, times = 1) {
  let left = times
  double.fault = (incoming) => {
    if (!which(incoming) || left === 0) return undefined
    left -= 1
    return fault
  }
}

export const isUpload = ({ host }: Incoming) => host === 'uploads'
export const isUploadOf = (name: string) => (one: Incoming) => isUpload(one) && one.query.get('name') === name
export const isCreation = ({ method, path }: Incoming) => method === 'POST' && path === '/releases'
export const isPublishing = ({ method, path }: Incoming) =>
  method === 'PATCH' && path.startsWith('/releases/')
export const isList = ({ method, path }: Incoming) => method === 'GET' && path === '/releases'

/** One release, published, with all files, and each of them right. */
export function expectRight(double: Double) {
  expect(published(double)).toEqual([
    expect.objectContaining({ tag: 'v1.2.3', draft: false, body: 'notes', commit: head }),
  ])
  const [one] = published(double)
  expect(Object.keys(one?.assets ?? {})).toHaveLength(6)
  for (const asset of Object.values(one?.assets ?? {})) expect(asset).toMatch(/^uploaded /)
}
