import { expect, test } from 'vitest'
import { parseRootfsManifest } from './rootfs-manifest.ts'

const digest = 'a'.repeat(64)
const rootfs = { name: 'rootfs.tar.gz', size: 10, sha256: digest, unpackedSize: 20, unpackedSha256: digest }
const valid = {
  schema: 2,
  name: 'kaweezle',
  version: '0.2.0',
  architecture: 'x86_64',
  sourceDate: { epoch: 0, iso: '1970-01-01T00:00:00Z' },
  packages: [{ name: 'kubeadm', version: '1.35.0-r1', more: true }],
  agent: { version: '0.1.0-r0', key: 'k' },
  files: { rootfs, packages: { name: 'packages.tar', size: 1, sha256: digest } },
}

test('a reader learns what a rootfs is, whatever else the manifest holds', () => {
  expect(parseRootfsManifest(JSON.stringify({ ...valid, later: 1 }))).toMatchObject({
    version: '0.2.0',
    kubernetesVersion: '1.35.0',
    agentVersion: '0.1.0-r0',
    files: { rootfs },
  })
})

test('version 1 knows no agent, and a small rootfs no Kubernetes', () => {
  const { agent: _, ...rest } = { ...valid, schema: 1, packages: [] }
  const { agentVersion, kubernetesVersion } = parseRootfsManifest(JSON.stringify(rest))
  expect([agentVersion, kubernetesVersion]).toEqual([undefined, undefined])
})

test.each<readonly [string, string]>([
  ['nothing', ''],
  ['a cut', JSON.stringify(valid).slice(0, -1)],
  ['a list', '[]'],
  ['null', 'null'],
  ['a later format', JSON.stringify({ ...valid, schema: 3 })],
  ['no format', JSON.stringify({ ...valid, schema: undefined })],
  ['another architecture', JSON.stringify({ ...valid, architecture: 'riscv64' })],
  ['a version that is a path', JSON.stringify({ ...valid, version: '../1.0.0' })],
  ['a version that is a number', JSON.stringify({ ...valid, version: 1 })],
  ['a version with an escape sequence', JSON.stringify({ ...valid, version: '1\u001b[2J' })],
  ['no files', JSON.stringify({ ...valid, files: {} })],
  ...[{ size: 0 }, { size: -1 }, { size: 1.5 }, { size: '10' }, { size: 2 ** 50 }].map(
    (change) => [JSON.stringify(change), JSON.stringify(withRootfs(change))] as const,
  ),
  ...[{ sha256: digest.toUpperCase() }, { sha256: 'a' }, { name: '../rootfs.tar.gz' }].map(
    (change) => [JSON.stringify(change), JSON.stringify(withRootfs(change))] as const,
  ),
])('a manifest with %s is refused', (_what, text) => {
  expect(() => parseRootfsManifest(text)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID' }))
})

function withRootfs(change: object): unknown {
  return { ...valid, files: { rootfs: { ...rootfs, ...change } } }
}
