import { PackageURL } from 'packageurl-js'
import { expect, test } from 'vitest'
import { parseImageReference } from '../../oci/reference.ts'
import { sha256 } from './bill.fixture.ts'
import { apkPurl, filePurl, imagePurl, npmPurl } from './purl.ts'

const arch = { architecture: 'x86_64' }

test.each([
  [
    { name: 'curl', version: '7.83.0-r0', from: 'v3.19/main' },
    'pkg:apk/alpine/curl@7.83.0-r0?arch=x86_64&distro=alpine-3.19.4',
  ],
  [
    { name: 'curl', version: '7.83.0-r0', from: 'base', origin: 'curl' },
    'pkg:apk/alpine/curl@7.83.0-r0?arch=x86_64&distro=alpine-3.19.4',
  ],
  // As in the specification's own tests.
  [
    { name: 'libcrypto3', version: '3.5.5-r0', from: 'edge/main', origin: 'openssl' },
    'pkg:apk/alpine/libcrypto3@3.5.5-r0?arch=x86_64&distro=alpine-edge&upstream=openssl',
  ],
  [
    { name: 'libstdc++', version: '13.2.1_git20231014-r0', from: 'v3.19/main' },
    'pkg:apk/alpine/libstdc%2B%2B@13.2.1_git20231014-r0?arch=x86_64&distro=alpine-3.19.4',
  ],
  [
    { name: 'own', version: '1-r0', from: 'https://apk.example/x' },
    'pkg:apk/alpine/own@1-r0?arch=x86_64&distro=alpine-3.19.4&repository_url=https%3A%2F%2Fapk.example%2Fx',
  ],
  [{ name: 'iknite', version: '0.1.0-r0', from: 'agent' }, 'pkg:apk/kaweezle/iknite@0.1.0-r0?arch=x86_64'],
])('the package %j is %s', (identity, purl) => {
  expect(apkPurl({ ...arch, ...identity }, '3.19.4')).toBe(purl)
  expect(PackageURL.fromString(purl)).toMatchObject({ name: identity.name, version: identity.version })
})

test('an image is known by its digest, its repository, its tag and its platform; an index has no platform', () => {
  const reference = parseImageReference('docker.io/library/busybox:1.36')
  const index = imagePurl(reference, sha256('0'))
  expect(index).toBe(
    `pkg:oci/busybox@sha256:${sha256('0')}?repository_url=docker.io%2Flibrary%2Fbusybox&tag=1.36`,
  )
  expect(PackageURL.fromString(imagePurl(reference, sha256('1'), 'arm64'))).toMatchObject({
    name: 'busybox',
    version: `sha256:${sha256('1')}`,
    qualifiers: { arch: 'arm64', repository_url: 'docker.io/library/busybox', tag: '1.36' },
  })
})

test.each([
  ['yaml', 'pkg:npm/yaml@1.0.0'],
  ['@scope/part', 'pkg:npm/%40scope/part@1.0.0'],
])('the package %s of npm is %s', (name, purl) => {
  expect(npmPurl(name, '1.0.0')).toBe(purl)
})

test('a file is known by its address and its digest', () => {
  const url = 'https://example.org/a?b=c&d=e'
  expect(PackageURL.fromString(filePurl('a', 'v1', { url, sha256: sha256('7') }))).toMatchObject({
    type: 'generic',
    version: 'v1',
    qualifiers: { download_url: url, checksum: `sha256:${sha256('7')}` },
  })
})
