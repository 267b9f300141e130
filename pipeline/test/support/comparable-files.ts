import { gzipSync } from 'node:zlib'
import type { Architecture } from '../../src/architecture.ts'
import { aManifest, aPackage, digestOf } from '../../src/diff/side.fixture.ts'
import { tarOf } from '../../src/tar/in-memory.fixture.ts'
import { aFile } from './finished-rootfs.ts'
import type { Files } from './github-double-world.ts'

export interface Comparable {
  readonly version: string
  /** Names of packages of the root filesystem, each of that version. */
  readonly packages: readonly string[]
  readonly architectures?: readonly Architecture[]
  /** Bytes of a file that does not compress. */
  readonly weight?: number
}

/** What a build writes of a small root filesystem, true enough for `npm run diff`. */
export async function comparableFiles({
  version,
  packages,
  architectures = ['x86_64'],
  weight = 0,
}: Comparable): Promise<Files> {
  const files: Files = {}
  for (const architecture of architectures) {
    const stem = architecture === 'x86_64' ? '' : `.${architecture}`
    const motd = aFile('motd', `${version} for ${architecture}`)
    const tar = await tarOf(new Map([motd, aFile('weight', noise(weight))]))
    const packed = gzipSync(tar)
    const archive = Buffer.from(`packages of ${version}`)
    files[`rootfs${stem}.tar.gz`] = packed
    files[`rootfs${stem}.tar.gz.sha256`] = `${digestOf(packed)}\n`
    files[`packages${stem}.tar`] = archive
    files[`rootfs${stem}.manifest.json`] = JSON.stringify(
      aManifest({
        name: 'kaweezle',
        version,
        architecture,
        packages: packages.map((name) => aPackage(name, `${version}-r0`)),
        files: {
          rootfs: {
            name: `rootfs${stem}.tar.gz`,
            ...factsOf(packed),
            unpackedSize: tar.length,
            unpackedSha256: digestOf(tar),
          },
          packages: { name: `packages${stem}.tar`, ...factsOf(archive) },
        },
      }),
    )
  }
  return files
}

function factsOf(bytes: Buffer) {
  return { size: bytes.length, sha256: digestOf(bytes) }
}

/** The same each time: hex digits of digests, which gzip can halve and no more. */
function noise(size: number): string {
  return Array.from({ length: Math.ceil(size / 64) }, (_, index) => digestOf(`${index}`))
    .join('')
    .slice(0, size)
}
