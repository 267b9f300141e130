import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { keyOf, type SecretKey } from '@kaweezle/release-format/minisign-key.ts'
import { execa } from 'execa'
import type { Double } from './github-double.ts'
import { main } from './pipeline.ts'

/** What signs test releases. */
export const testKey = keyOf('0123456789ABCDEF', Buffer.alloc(32, 7))

/** A key as minisign keeps it without a password. */
export function testKeyText({ id, secret }: SecretKey = testKey): string {
  const { d = '', x = '' } = secret.export({ format: 'jwk' })
  const bytes = Buffer.concat([
    Buffer.from('Ed'),
    Buffer.alloc(2),
    Buffer.from('B2'),
    Buffer.alloc(48),
    Buffer.from(id, 'hex').reverse(),
    Buffer.from(d, 'base64url'),
    Buffer.from(x, 'base64url'),
    Buffer.alloc(32),
  ])
  return `untrusted comment: minisign secret key\n${bytes.toString('base64')}\n`
}

export type Files = Record<string, string | Buffer>

/** What builds of both architectures write, small. */
export function someFiles(version = '1.2.3', content = 'a'): Files {
  const apk = Buffer.from(`an apk of ${version}`)
  const files: Files = { 'apk/kaweezle-00000000.rsa.pub': 'a public key' }
  for (const [architecture, infix] of [
    ['x86_64', ''],
    ['aarch64', '.aarch64'],
  ] as const) {
    const rootfs = Buffer.from(`${content} rootfs of ${version} for ${architecture}`.repeat(50))
    const packages = Buffer.from(`packages of ${version} for ${architecture}`)
    files[`rootfs${infix}.tar.gz`] = rootfs
    files[`rootfs${infix}.tar.gz.sha256`] = `${digest(rootfs)}\n`
    files[`packages${infix}.tar`] = packages
    files[`apk/${architecture}/iknite-0.1.0-r0.apk`] = apk
    files[`apk/${architecture}/APKINDEX.tar.gz`] = `an index for ${architecture}`
    files[`rootfs${infix}.manifest.json`] = JSON.stringify({
      schema: 2,
      name: 'kaweezle',
      version,
      architecture,
      packages: [{ name: 'kubeadm', version: '1.35.0-r0' }],
      agent: {
        version: '0.1.0-r0',
        key: 'apk/kaweezle-00000000.rsa.pub',
        packages: [{ name: 'iknite', file: `apk/${architecture}/iknite-0.1.0-r0.apk`, ...facts(apk) }],
      },
      files: {
        rootfs: {
          name: `rootfs${infix}.tar.gz`,
          ...facts(rootfs),
          unpackedSize: 1,
          unpackedSha256: digest(Buffer.alloc(1)),
        },
        packages: { name: `packages${infix}.tar`, ...facts(packages) },
      },
    })
  }
  return files
}

/** Those of one architecture and without a repository of packages: fewer requests. */
export function fewFiles(version = '1.2.3', content = 'a'): Files {
  const all = someFiles(version, content)
  const manifest = JSON.parse(String(all['rootfs.manifest.json']))
  const names = ['rootfs.tar.gz', 'rootfs.tar.gz.sha256', 'packages.tar']
  return {
    ...Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name))),
    'rootfs.manifest.json': JSON.stringify({ ...manifest, agent: null }),
  }
}

/** {@link fewFiles} with a manifest for scoop. */
export function withScoop(files: Files = fewFiles(), version = '1.2.3'): Files {
  return { ...files, 'kaweezle.json': scoopText(version) }
}

export function scoopText(version = '1.2.3'): string {
  return `{ "version": "${version}", "homepage": "https://github.test/kaweezle" }\n`
}

export interface Folder extends AsyncDisposable {
  readonly path: string
}

/** A temporary folder with files. */
export async function folderOf(files: Files): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'kaweezle-release-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

export interface ReleaseProgram {
  readonly folder: string
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly onStart?: (pid: number) => void
  /** Without flags that say where the double is. */
  readonly bare?: boolean
  readonly cwd?: string
}

/** Runs `node pipeline/src/main.ts release` against a double, in a process of its own. */
export async function runRelease(
  double: Double,
  { folder, flags = [], env = {}, ...options }: ReleaseProgram,
) {
  const { onStart, bare = false, cwd } = options
  const place = [`--api-url=${double.apiUrl}`, `--repository=${double.repository}`]
  const own = [...(bare ? [] : place), '--renderer=plain']
  const given = own.filter((one) => !flags.some((flag) => flag.startsWith(one.replace(/=.*/, '='))))
  const child = execa(process.execPath, [main, 'release', folder, ...given, ...flags], {
    extendEnv: false,
    ...(cwd !== undefined && { cwd }),
    env: {
      PATH: process.env['PATH'] ?? '',
      GH_TOKEN: double.token,
      GITHUB_SHA: double.store.branches.get('main') ?? '',
      KAWEEZLE_RELEASE_KEY_TEXT: testKeyText(),
      ...env,
    },
    reject: false,
  })
  if (child.pid !== undefined) onStart?.(child.pid)
  const { exitCode, signal, stdout, stderr } = await child
  return { status: exitCode, signal, stdout, stderr }
}

/** What counts of all releases of a double: two that are equal in this are the same release. */
export function published(double: Double) {
  return [...double.store.releases.values()].map(({ tag, draft, prerelease, name, body, assets }) => ({
    tag,
    draft,
    prerelease,
    name,
    body: body.replaceAll('\r\n', '\n'),
    commit: double.store.tags.get(tag),
    assets: Object.fromEntries(
      assets.map(({ name, state, bytes }) => [name, `${state} ${digest(bytes)}`] as const).sort(),
    ),
  }))
}

function facts(bytes: Buffer) {
  return { size: bytes.length, sha256: digest(bytes) }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
