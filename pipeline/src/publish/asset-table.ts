/** One kind of file that a folder of builds may hold. */
interface AssetKind {
  /** The path below the folder, with `/`. Its group `version`, where there is one, has to be the release's. */
  readonly path: RegExp
  readonly contentType: string
  /** What it is called in the release; without it, the last part of the path. */
  readonly name?: (match: RegExpExecArray) => string
}

const json = 'application/json'
const gzip = 'application/gzip'
const binary = 'application/octet-stream'

/**
 * All that a release may hold but for SHA256SUMS and its signature, which it makes. A release is one flat folder: of
 * two files that only their folders tell apart, that of aarch64 is named after it, as the rootfs is.
 */
const kinds: readonly AssetKind[] = [
  { path: /^rootfs(\.aarch64)?\.tar\.gz$/, contentType: gzip },
  { path: /^rootfs(\.aarch64)?\.tar\.gz\.sha256$/, contentType: 'text/plain' },
  { path: /^rootfs(\.aarch64)?\.manifest\.json$/, contentType: json },
  { path: /^rootfs(\.aarch64)?\.(spdx|cdx)\.json$/, contentType: json },
  { path: /^rootfs(\.aarch64)?\.provenance\.json$/, contentType: 'application/vnd.in-toto+json' },
  { path: /^packages(\.aarch64)?\.tar$/, contentType: 'application/x-tar' },
  { path: /^report(\.aarch64)?\.html$/, contentType: 'text/html' },
  { path: /^[a-z][a-z0-9-]*(\.aarch64)?\.wsl$/, contentType: gzip },
  { path: /^[a-z0-9.-]+\.intoto\.jsonl?$/, contentType: 'application/vnd.in-toto+json' },
  { path: /^[a-z0-9.-]+\.sigstore\.json$/, contentType: json },
  { path: /^apk\/[\w.@-]+\.rsa\.pub$/, contentType: 'application/x-pem-file' },
  { path: /^apk\/(x86_64|aarch64)\/[\w.+-]+\.apk$/, contentType: binary },
  {
    path: /^apk\/(x86_64|aarch64)\/APKINDEX\.tar\.gz$/,
    contentType: gzip,
    name: ([, architecture]) => `APKINDEX${architecture === 'x86_64' ? '' : `.${architecture}`}.tar.gz`,
  },
  { path: /^kaweezle-(?<version>\d[\w.+-]*)\.tgz$/, contentType: gzip },
  { path: /^kaweezle-(windows|linux)-(x64|arm64)(\.exe|\.zip|\.tar\.gz)?$/, contentType: binary },
  { path: /^kaweezle\.json$/, contentType: json },
  {
    path: /^Kaweezle\.Kaweezle(\.installer|\.locale\.en-US)?\.yaml$/,
    // RFC 9512
    contentType: 'application/yaml',
  },
]

/** What a file of the folder is in a release. */
export interface Placed {
  readonly name: string
  readonly contentType: string
  /** Of a file whose name tells it. */
  readonly version: string | undefined
}

/** Undefined for a file that no release has. */
export function placeInRelease(path: string): Placed | undefined {
  for (const { path: pattern, contentType, name } of kinds) {
    const match = pattern.exec(path)
    if (match === null) continue
    const last = path.slice(path.lastIndexOf('/') + 1)
    return { name: name?.(match) ?? last, contentType, version: match.groups?.['version'] }
  }
  return undefined
}

/**
 * Whether GitHub keeps a file's name as it is: it replaces what it takes for special, and says so only in general
 * (https://docs.github.com/en/rest/releases/assets#upload-a-release-asset).
 */
export function isKeptName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@+-]*$/.test(name) && !name.endsWith('.') && name.length <= 200
}
