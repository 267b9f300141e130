import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { type SigningKey, signatureMember } from '../../src/apk/sign.ts'
import { writeTar } from '../../src/apk/tar.ts'

export { signatureMember as signMember }

export interface ApkOptions {
  /** Lines of `.PKGINFO`, lists for repeated keys; a name, a version and so on are there unless given. */
  readonly info?: Readonly<Record<string, string | readonly string[]>>
  /** Content by path. Parent folders come by themselves. */
  readonly files?: Readonly<Record<string, string | ApkFile>>
  /** `.post-install` and so on. */
  readonly scripts?: Readonly<Record<string, string>>
  readonly key?: SigningKey
}

export interface ApkFile {
  readonly content: string | Buffer
  readonly mode: number
}

export interface Apk {
  readonly signature: Buffer
  readonly control: Buffer
  readonly data: Buffer
  /** All of it. */
  readonly bytes: Buffer
}

/** Builds an apk v2 package that the real apk installs, or a bad one, which `buildPackage` would refuse to. */
export async function buildApk({ info = {}, files = {}, scripts = {}, key }: ApkOptions = {}): Promise<Apk> {
  const data = gzipSync(await packFiles(files))
  const lines = {
    pkgname: 'hello',
    pkgver: '1.0-r0',
    pkgdesc: 'A test',
    url: 'https://example.test',
    builddate: '1700000000',
    size: '4096',
    arch: 'noarch',
    license: 'MIT',
    ...info,
    datahash: info['datahash'] ?? createHash('sha256').update(data).digest('hex'),
  }
  const text = Object.entries(lines).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name} = ${one}\n`),
  )
  const control = gzipSync(
    writeTar(
      [['.PKGINFO', text.join('')] as const, ...Object.entries(scripts)].map(([name, content]) => ({
        name,
        bytes: Buffer.from(content),
      })),
      1700000000,
    ),
  )
  const signature = key === undefined ? Buffer.alloc(0) : signatureMember(control, key)
  return { signature, control, data, bytes: Buffer.concat([signature, control, data]) }
}

async function packFiles(files: Readonly<Record<string, string | ApkFile>>): Promise<Buffer> {
  const tar = pack()
  const mtime = new Date(1700000000_000)
  const folders = new Set(
    Object.keys(files).flatMap((path) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index))),
  )
  for (const name of [...folders].sort()) tar.entry({ name, type: 'directory', mode: 0o755, mtime })
  for (const [name, file] of Object.entries(files)) {
    const { content, mode } = typeof file === 'string' ? { content: file, mode: 0o644 } : file
    const sha1 = createHash('sha1').update(content).digest('hex')
    tar.entry({ name, mode, mtime, pax: { 'APK-TOOLS.checksum.SHA1': sha1 } }, content)
  }
  tar.finalize()
  return buffer(tar)
}
