import type { BundledPackage } from '../../agent/bundled-packages.ts'
import type { ApkChecksum, Sha256 } from '../../digest.ts'
import type { RootfsManifest } from '../manifest.ts'
import type { DescribedPackage } from './apk-components.ts'
import type { BillInputs } from './build-bill.ts'

/** A digest of one digit. */
export function sha256(digit: string): Sha256 {
  return digit.repeat(64) as Sha256
}

function checksum(letter: string): ApkChecksum {
  return `Q1${letter.repeat(27)}=` as ApkChecksum
}

const sizes = { size: 1000, installedSize: 4096 }

/** A rootfs with a package of each origin, an image under two names, another with the same layer, and a manifest. */
export const manifest: RootfsManifest = {
  schema: 2,
  name: 'small',
  version: '1.2.3',
  architecture: 'x86_64',
  sourceDate: { epoch: 1_700_000_000, iso: '2023-11-14T22:13:20Z' },
  base: {
    release: 'v3.19',
    version: '3.19.4',
    file: 'v3.19/releases/x86_64/alpine-minirootfs-3.19.4-x86_64.tar.gz',
    size: 3_299_369,
    sha256: sha256('a'),
  },
  repositories: [{ location: 'v3.19/main' }],
  packages: [
    apk('busybox', '1.36.1-r15', { from: 'base' }),
    apk('elsewhere', '1-r0', { from: 'https://apk.example/own', sha256: sha256('4') }),
    apk('iknite', '0.1.0-r0', { from: 'agent', sha256: sha256('3') }),
    apk('libstdc++', '13.2.1-r0', { from: 'v3.19/main', sha256: sha256('1') }),
    apk('testing', '2-r0', { from: 'edge/testing', sha256: sha256('2') }),
  ],
  preload: 'containers-storage',
  images: [
    image('docker.io/library/busybox:1.36', { layers: ['5', '6', '6'] }),
    image('localhost:5000/team/app:v1', { digest: sha256('9'), layers: ['5'] }),
    image('quay.io/again/busybox:1.36', { layers: ['5', '6', '6'] }),
  ],
  manifests: [
    {
      name: 'metallb',
      path: '/etc/iknite.d/base/upstream/metallb.yaml',
      url: 'https://example.org/v1/metallb.yaml',
      tag: 'v1',
      size: 10,
      sha256: sha256('7'),
    },
  ],
  agent: null,
  files: {
    rootfs: {
      name: 'rootfs.tar.gz',
      size: 4_000_000,
      sha256: sha256('d'),
      unpackedSize: 9_000_000,
      unpackedSha256: sha256('e'),
    },
    packages: { name: 'packages.tar', size: 5_000_000, sha256: sha256('f') },
  },
  tools: {
    node: 'v24.21.0',
    compressor: { zlib: '1.3.2', level: 5, memLevel: 9, block: 262_144 },
    apk: '2.14.4-r0',
  },
}

export const installed: readonly DescribedPackage[] = [
  described('busybox', { provides: ['/bin/sh', 'cmd:sh=1.36.1-r15'], license: 'GPL-2.0-only' }),
  described('libstdc++', {
    provides: ['so:libstdc++.so.6=6.0.32'],
    origin: 'gcc',
    license: 'GPL-2.0-or-later AND Public-Domain',
  }),
  described('iknite', {
    depends: ['busybox>=1', 'so:libstdc++.so.6', '!conflicting', 'so:nobody-has-it'],
    license: 'Apache-2.0',
    maintainer: undefined,
    commit: undefined,
  }),
  described('testing', { depends: ['/bin/sh'], license: 'MIT ISC', url: 'http://a page of spaces/' }),
  described('elsewhere', { license: '', url: '', description: '', maintainer: 'nobody at all' }),
]

export const bundled: readonly BundledPackage[] = [
  { ...aBundled(), name: '@scope/part', version: '2.0.0', license: 'SEE LICENSE IN LICENSE' },
  {
    ...aBundled(),
    name: 'yaml',
    version: '2.9.1',
    sha512: 'ab'.repeat(64),
    homepage: 'https://eemeli.org/yaml/',
  },
]

export const inputs: BillInputs = {
  manifest,
  installed,
  blobs: [
    { diffId: sha256('5'), blob: { digest: sha256('c'), size: 50 } },
    { diffId: sha256('5'), blob: { digest: sha256('b'), size: 40 } },
    { diffId: sha256('5'), blob: { digest: sha256('c'), size: 50 } },
    { diffId: sha256('6'), blob: { digest: sha256('8'), size: 60 } },
  ],
  agent: { name: 'iknite', bundled },
}

function apk(
  name: string,
  version: string,
  origin: { from: string; sha256?: Sha256 },
): RootfsManifest['packages'][number] {
  return { name, version, architecture: 'x86_64', ...sizes, checksum: checksum('B'), ...origin }
}

function image(
  name: string,
  { digest = sha256('0'), layers }: { digest?: Sha256; layers: readonly string[] },
): RootfsManifest['images'][number] {
  const described = layers.map((digit) => ({ diffId: sha256(digit), size: 1024 }))
  return { name, digest, manifest: sha256('9'), config: sha256('2'), from: ['kubeadm'], layers: described }
}

function described(name: string, about: Partial<DescribedPackage>): DescribedPackage {
  return {
    name,
    description: `What ${name} is`,
    url: `https://example.org/${name}`,
    license: 'MIT',
    origin: name,
    maintainer: 'Jane Doe <jane@example.org>',
    commit: 'c0ffee',
    depends: [],
    provides: [],
    ...about,
  }
}

function aBundled(): Omit<BundledPackage, 'name' | 'version'> {
  return { license: 'ISC', homepage: undefined, description: undefined, sha512: undefined }
}
