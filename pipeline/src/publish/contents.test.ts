import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Files, someFiles } from '../../test/support/github-double-world.ts'
import type { Sha256 } from '../digest.ts'
import { checkContents, isRead } from './contents.ts'
import type { FolderFile } from './read-folder.ts'

function check(files: Files) {
  const all = Object.entries(files).map(([path, content]): FolderFile & { text: string } => {
    const bytes = Buffer.from(content)
    const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256
    return { path, from: `/dist/${path}`, size: bytes.length, sha256, text: bytes.toString() }
  })
  const texts = all.filter(({ path }) => isRead(path)).map((file) => ({ file, text: file.text }))
  return checkContents(all, texts)
}

/** All that is wrong, a line each. */
function findings(files: Files): string {
  try {
    check(files)
  } catch (error) {
    expect(error).toMatchObject({ code: 'RELEASE_INVALID' })
    return (error as Error).message
  }
  return ''
}

function without(path: string): Files {
  return Object.fromEntries(Object.entries(someFiles()).filter(([name]) => name !== path))
}

function changeManifest(path: string, change: (manifest: Record<string, unknown>) => void): Files {
  const files = someFiles()
  const manifest = JSON.parse(String(files[path]))
  change(manifest)
  return { ...files, [path]: JSON.stringify(manifest) }
}

describe('a folder of builds', () => {
  test('becomes one flat release, in which what both architectures have is told apart', () => {
    const { version, assets, manifests } = check(someFiles())
    expect(version).toBe('1.2.3')
    expect(manifests.map(({ architecture }) => architecture)).toEqual(['x86_64', 'aarch64'])
    expect(assets.map(({ name }) => name)).toEqual([
      'APKINDEX.aarch64.tar.gz',
      'APKINDEX.tar.gz',
      'iknite-0.1.0-r0.apk',
      'kaweezle-00000000.rsa.pub',
      'packages.aarch64.tar',
      'packages.tar',
      'rootfs.aarch64.manifest.json',
      'rootfs.aarch64.tar.gz',
      'rootfs.aarch64.tar.gz.sha256',
      'rootfs.manifest.json',
      'rootfs.tar.gz',
      'rootfs.tar.gz.sha256',
    ])
  })

  test('may also hold what describes a build, and the CLI', () => {
    const more = [
      'rootfs.spdx.json',
      'rootfs.provenance.json',
      'rootfs.aarch64.cdx.json',
      'report.html',
      'rootfs.intoto.jsonl',
      'kaweezle-1.2.3.tgz',
      'kaweezle-windows-x64.zip',
      'kaweezle-linux-x64',
      'kaweezle-linux-arm64',
    ]
    const files = { ...someFiles(), ...Object.fromEntries(more.map((name) => [name, 'x'])) }
    expect(check(files).assets.map(({ name }) => name)).toEqual(expect.arrayContaining(more))
  })

  test('may also hold each rootfs once more, by the name for WSL', () => {
    const files = someFiles()
    files['kaweezle.wsl'] = files['rootfs.tar.gz'] ?? ''
    files['kaweezle.aarch64.wsl'] = files['rootfs.aarch64.tar.gz'] ?? ''
    const names = check(files).assets.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['kaweezle.wsl', 'kaweezle.aarch64.wsl']))
  })

  test.each([
    ['with other bytes', 'kaweezle.wsl', someFiles()['packages.tar'], 'rootfs.tar.gz'],
    ['of the other architecture', 'kaweezle.wsl', someFiles()['rootfs.aarch64.tar.gz'], 'rootfs.tar.gz'],
    ['under the other’s name', 'kaweezle.aarch64.wsl', someFiles()['rootfs.tar.gz'], 'rootfs.aarch64.tar.gz'],
  ])('is refused with a .wsl file %s', (_, path, bytes = '', rootfs) => {
    expect(findings({ ...someFiles(), [path]: bytes })).toContain(
      `${path}: it has not the bytes of ${rootfs}`,
    )
  })

  test('is refused with a .wsl file of an architecture that it has no rootfs of', () => {
    const ofBoth = Object.entries({ ...someFiles(), 'kaweezle.aarch64.wsl': 'x' })
    const files = Object.fromEntries(
      ofBoth.filter(([path]) => !/(rootfs|packages)\.aarch64|apk\/aarch64/.test(path)),
    )
    expect(findings(files).split('\n').slice(1)).toEqual([
      '  kaweezle.aarch64.wsl: it has not the bytes of rootfs.aarch64.tar.gz',
    ])
  })

  test('does not take an earlier list of digests for a file of its own', () => {
    const files = { ...someFiles(), SHA256SUMS: 'old', 'SHA256SUMS.minisig': 'old' }
    expect(check(files).assets).toHaveLength(12)
  })

  test.each(['notes.txt', 'rootfs.i386.tar.gz', 'apk/secret.rsa', 'apk/x86/a.apk', 'sub/rootfs.tar.gz'])(
    'is refused with a file that no release has: %s',
    (path) => {
      expect(findings({ ...someFiles(), [path]: 'x' })).toContain(`${path}: no release has such a file`)
    },
  )

  test.each([
    ['rootfs.tar.gz', 'rootfs.tar.gz: rootfs.manifest.json names it, and it is not there'],
    ['rootfs.manifest.json', 'rootfs.manifest.json: it is missing beside rootfs.tar.gz'],
    ['rootfs.aarch64.tar.gz.sha256', 'rootfs.aarch64.tar.gz.sha256: it is missing beside'],
    ['packages.tar', 'packages.tar: rootfs.manifest.json names it, and it is not there'],
    ['apk/kaweezle-00000000.rsa.pub', 'names it, and it is not there'],
    ['apk/aarch64/iknite-0.1.0-r0.apk', 'rootfs.aarch64.manifest.json names it, and it is not there'],
  ])('is refused without %s', (path, finding) => {
    expect(findings(without(path))).toContain(finding)
  })

  test('is refused when it is empty, or holds no rootfs', () => {
    expect(findings({})).toContain('there is no rootfs.manifest.json')
    expect(findings({ 'report.html': 'x' })).toContain('there is no rootfs.manifest.json')
  })

  test.each(['rootfs.tar.gz', 'packages.tar', 'apk/x86_64/iknite-0.1.0-r0.apk'])(
    'is refused when %s is not what the manifest says',
    (path) => {
      const bytes = Buffer.from(someFiles()[path] ?? '')
      bytes[0] = 0
      expect(findings({ ...someFiles(), [path]: bytes })).toContain(`${path}: it has not the sha256 that`)
      expect(findings({ ...someFiles(), [path]: 'short' })).toContain(`${path}: it has 5 bytes, and not`)
    },
  )

  test('is refused when the .sha256 is of another file', () => {
    const files = { ...someFiles(), 'rootfs.tar.gz.sha256': '0'.repeat(64) }
    expect(findings(files)).toContain('rootfs.tar.gz.sha256: it is not the SHA-256 of that file')
  })

  test.each([
    [
      'version',
      (one: Record<string, unknown>) => void Object.assign(one, { version: '1.2.4' }),
      'version: 1.2.3 for x86_64, 1.2.4',
    ],
    [
      'Kubernetes',
      (one: Record<string, unknown>) =>
        void Object.assign(one, { packages: [{ name: 'kubeadm', version: '1.34.0-r0' }] }),
      'kubernetesVersion: 1.35.0 for x86_64, 1.34.0 for aarch64',
    ],
    [
      'architecture',
      (one: Record<string, unknown>) => void Object.assign(one, { architecture: 'x86_64' }),
      'it is of x86_64',
    ],
  ])('is refused when its parts differ in %s', (_, change, finding) => {
    expect(findings(changeManifest('rootfs.aarch64.manifest.json', change))).toContain(finding)
  })

  test('is refused with a CLI of another version', () => {
    expect(findings({ ...someFiles(), 'kaweezle-1.2.2.tgz': 'x' })).toContain(
      'kaweezle-1.2.2.tgz: not of version 1.2.3',
    )
    const scoop = JSON.stringify({ version: '1.2.2' })
    expect(findings({ ...someFiles(), 'kaweezle.json': scoop })).toContain(
      'kaweezle.json: not of version 1.2.3',
    )
    expect(findings({ ...someFiles(), 'kaweezle.json': 'no json' })).toContain(
      'kaweezle.json: not of version',
    )
    for (const text of ['PackageVersion: 1.2.2\n', 'Package: x\n'])
      expect(findings({ ...someFiles(), 'Kaweezle.Kaweezle.yaml': text })).toContain(
        'Kaweezle.Kaweezle.yaml: not of version 1.2.3',
      )
  })

  test('is refused with a manifest that is none', () => {
    expect(findings({ ...someFiles(), 'rootfs.manifest.json': '{' })).toContain(
      'not a rootfs manifest: it is not JSON',
    )
    expect(
      findings(changeManifest('rootfs.manifest.json', (one) => void Object.assign(one, { schema: 99 }))),
    ).toContain('schema')
  })

  test('is refused with an empty file, which GitHub takes for a broken upload', () => {
    expect(findings({ ...someFiles(), 'report.html': '' })).toContain('report.html: it is empty')
  })

  test('is refused when two files would have one name and differ', () => {
    const files = changeManifest(
      'rootfs.aarch64.manifest.json',
      (one) => void Object.assign(one, { agent: null }),
    )
    files['apk/aarch64/iknite-0.1.0-r0.apk'] = 'other bytes'
    expect(findings(files)).toContain('there is another file of that name, with other bytes')
  })

  test('is told everything that is wrong at once', () => {
    const files = { ...without('packages.tar'), 'notes.txt': 'x', 'rootfs.tar.gz.sha256': 'x' }
    expect(findings(files).split('\n')).toHaveLength(4)
  })
})
