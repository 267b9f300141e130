import { FormatError } from '@kaweezle/release-format/format-error.ts'
import { checksumsFile, signatureFile } from '@kaweezle/release-format/release-files.ts'
import { parseRootfsManifest, type RootfsManifest } from '@kaweezle/release-format/rootfs-manifest.ts'
import { PipelineError } from '../errors.ts'
import type { AssetSource } from './asset.ts'
import { isKeptName, placeInRelease } from './asset-table.ts'
import { scoopFile } from './bucket/state.ts'
import { checkManifest } from './check-manifest.ts'
import type { FolderFile } from './read-folder.ts'
import { parseScoopVersion } from './scoop-version.ts'

/** What a folder of builds gives to a release. */
export interface Contents {
  readonly version: string
  /** Of each architecture, x86_64 first. */
  readonly manifests: readonly RootfsManifest[]
  /** By name, without the list of digests. */
  readonly assets: readonly AssetSource[]
}

/** A file whose text counts. */
export interface FolderText {
  readonly file: FolderFile
  readonly text: string
}

const manifestName = /^rootfs(\.aarch64)?\.manifest\.json$/
const checksumName = /\.sha256$/
const wingetName = /^Kaweezle\.Kaweezle[\w.-]*\.yaml$/

/** Whether {@link checkContents} needs to know what stands in a file. */
export function isRead(path: string): boolean {
  return [manifestName, checksumName, wingetName].some((name) => name.test(path)) || path === scoopFile
}

/**
 * Makes a release of the files of a folder: each has its place in one, the manifests' sizes and digests are those of
 * the files, and all are of one version. `texts` are the files that {@link isRead} names.
 * @throws PipelineError `RELEASE_INVALID`, with all that is wrong
 */
export function checkContents(files: readonly FolderFile[], texts: readonly FolderText[]): Contents {
  const findings: string[] = []
  const assets = placeAll(files, findings)
  const manifests: RootfsManifest[] = []
  for (const { file, text } of texts) {
    if (manifestName.test(file.path)) {
      const manifest = readManifest(file.path, text, findings)
      if (manifest === undefined) continue
      manifests.push(manifest)
      findings.push(...checkManifest({ path: file.path, text, manifest, files }))
    } else if (checksumName.test(file.path)) findings.push(...checkChecksum(file.path, text, files))
  }
  if (manifests.length === 0 && findings.length === 0) findings.push('there is no rootfs.manifest.json')
  findings.push(...checkRootfs(files), ...checkVersions(manifests, files, texts))
  if (findings.length > 0) throw invalid(findings)
  manifests.sort((a, b) => Number(a.architecture !== 'x86_64') - Number(b.architecture !== 'x86_64'))
  return { version: manifests[0]?.version ?? '', manifests, assets }
}

function placeAll(files: readonly FolderFile[], findings: string[]): AssetSource[] {
  const assets = new Map<string, AssetSource>()
  for (const { path, from, size, sha256 } of files) {
    if (path === checksumsFile || path === signatureFile) continue
    const placed = placeInRelease(path)
    if (placed === undefined) findings.push(`${path}: no release has such a file`)
    else if (!isKeptName(placed.name)) findings.push(`${path}: GitHub would change that name`)
    else if (size === 0) findings.push(`${path}: it is empty`)
    else {
      const { name, contentType } = placed
      const other = assets.get(name)
      if (other !== undefined && other.sha256 !== sha256)
        findings.push(`${path}: there is another file of that name, with other bytes`)
      assets.set(name, { name, size, sha256, contentType, from })
    }
  }
  return [...assets.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function readManifest(path: string, text: string, findings: string[]): RootfsManifest | undefined {
  try {
    return parseRootfsManifest(text)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    findings.push(`${path}: ${error.message}`)
    return undefined
  }
}

function checkChecksum(path: string, text: string, files: readonly FolderFile[]): string[] {
  const file = files.find((one) => one.path === path.replace(checksumName, ''))
  if (file === undefined) return [`${path}: the file that it is of is not there`]
  return text.trim() === file.sha256 ? [] : [`${path}: it is not the SHA-256 of that file`]
}

/** A rootfs that no manifest describes is none that anybody can check. */
function checkRootfs(files: readonly FolderFile[]): string[] {
  const paths = new Set(files.map(({ path }) => path))
  return [...paths].flatMap((path) => {
    const stem = /^(rootfs(?:\.aarch64)?)\.(?:tar\.gz|manifest\.json)$/.exec(path)?.[1]
    if (stem === undefined) return []
    const parts = [`${stem}.manifest.json`, `${stem}.tar.gz`, `${stem}.tar.gz.sha256`]
    return parts.filter((one) => !paths.has(one)).map((one) => `${one}: it is missing beside ${path}`)
  })
}

function checkVersions(
  manifests: readonly RootfsManifest[],
  files: readonly FolderFile[],
  texts: readonly FolderText[],
): string[] {
  const [first, ...others] = manifests
  if (first === undefined) return []
  const findings = others.flatMap((other) =>
    (['version', 'name', 'kubernetesVersion', 'agentVersion'] as const)
      .filter((key) => other[key] !== first[key])
      .map(
        (key) => `${key}: ${first[key]} for ${first.architecture}, ${other[key]} for ${other.architecture}`,
      ),
  )
  for (const { path } of files) {
    const version = placeInRelease(path)?.version
    if (version !== undefined && version !== first.version)
      findings.push(`${path}: not of version ${first.version}`)
  }
  for (const { file, text } of texts) {
    const version = versionInside(file.path, text)
    if (version !== undefined && version !== first.version)
      findings.push(`${file.path}: not of version ${first.version}`)
  }
  return findings
}

/** What a file says of its version that others install by; undefined for a file that says nothing. */
function versionInside(path: string, text: string): string | undefined {
  if (path === scoopFile) return parseScoopVersion(text) ?? 'none'
  if (wingetName.test(path)) return /^PackageVersion: (.+)$/m.exec(text)?.[1] ?? 'none'
  return undefined
}

function invalid(findings: readonly string[]): PipelineError {
  const lines = [...new Set(findings)].map((one) => `\n  ${one}`)
  return new PipelineError('RELEASE_INVALID', `this cannot be released:${lines.join('')}`, {
    hint: 'Build it again into an empty folder; whatever else is in there put elsewhere.',
  })
}
