import { createHash } from 'node:crypto'
import type { InstalledPackage } from '../../src/apk/installed.ts'
import type { ApkChecksum } from '../../src/digest.ts'
import { checksumOf } from '../../src/normalise/checksum-of.ts'
import { file, treeOf } from '../../src/tar/alpine-like-tree.fixture.ts'
import type { Tree, TreePath } from '../../src/tree/entry.ts'
import type { VerifyInput } from '../../src/verify/rule.ts'

type Entries = Parameters<typeof treeOf>[0]
/** Entries by path, as `treeOf` takes them; undefined takes one away. */
export type Changes = Readonly<Record<string, Entries[string] | undefined>>

export const directory = { type: 'directory' } as const

export function text(content: string, attributes: { mode?: number; uid?: number; gid?: number } = {}) {
  return { ...file(content), mode: 0o644, ...attributes }
}

export function program(content = elf(0x3e)) {
  return text(content, { mode: 0o755 })
}

export function link(target: string) {
  return { type: 'symlink', target, mode: 0o777 } as const
}

export function hardLink(target: string) {
  return { type: 'hardlink', target: target as TreePath } as const
}

/** The beginning of a 64-bit little-endian program for a machine (x86-64: 0x3e). */
export function elf(machine: number): string {
  return `\x7fELF\x02\x01\x01${'\0'.repeat(11)}${String.fromCharCode(machine)}\0${'\0'.repeat(40)}`
}

/** What packages bring. */
const packaged: Entries = {
  bin: directory,
  'bin/busybox': program(),
  'bin/sh': link('/bin/busybox'),
  etc: directory,
  'etc/apk': directory,
  'etc/apk/keys': directory,
  'etc/apk/keys/alpine.rsa.pub': text('public'),
  'etc/busybox-paths.d': directory,
  'etc/busybox-paths.d/busybox': text('bin/mount\nbin/sh\n'),
  'etc/group': text('root:x:0:root\nshadow:x:42:\n'),
  'etc/init.d': directory,
  'etc/init.d/sshd': program('#!/sbin/openrc-run\n'),
  'etc/passwd': text('root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n'),
  'etc/shadow': text('root:*::0:::::\nnobody:!::0:::::\n', { mode: 0o640, gid: 42 }),
  lib: directory,
  'lib/liba.so': program('library'),
  'lib/libb.so': { ...hardLink('lib/liba.so'), mode: 0o755 },
  root: { ...directory, mode: 0o700 },
  tmp: { ...directory, mode: 0o1777 },
}

/** What scripts, the recipe and the pipeline add. */
const added: Entries = {
  'bin/mount': link('/bin/busybox'),
  'etc/apk/repositories': text('https://dl-cdn.alpinelinux.org/alpine/v3.24/main\n'),
  'etc/runlevels': directory,
  'etc/runlevels/default': directory,
  'etc/runlevels/default/sshd': link('/etc/init.d/sshd'),
  'etc/wsl-distribution.conf': text('[oobe]\ndefaultName = tiny\n'),
  'etc/wsl.conf': text('[boot]\ncommand = /sbin/openrc default\n'),
}

/** A small rootfs that keeps every promise, with changes. */
export function aTree(changes: Changes = {}): Tree {
  const entries = Object.entries({ ...packaged, ...added, ...changes })
  return treeOf(Object.fromEntries(entries.flatMap(([path, entry]) => (entry ? [[path, entry]] : []))))
}

/** The same rootfs with all that its rules ask for. Its package `base` stays as it is when entries change. */
export function aRootfs(changes: Changes = {}, rest: Partial<VerifyInput> = {}): VerifyInput {
  const tree = rest.tree ?? aTree(changes)
  return {
    tree,
    architecture: 'x86_64',
    epoch: 1704067200,
    packages: [aPackageOf(treeOf(packaged))],
    sha1: sha1Of(tree),
    changed: new Set(),
    services: { default: ['sshd'] },
    setuid: new Set(),
    head: async (path, limit) => contentOf(tree, path).subarray(0, limit),
    ...rest,
  }
}

/** The same rootfs where `/bin` and `/lib` are links into `/usr`; its packages still name the old paths. */
export function usrMerged(rootfs: VerifyInput): VerifyInput {
  const move = (path: TreePath) => path.replace(/^(bin|lib)\//, 'usr/$1/') as TreePath
  const entries: Record<string, Entries[string]> = {}
  for (const { path, ...entry } of rootfs.tree.values()) {
    entries[move(path)] = entry.type === 'hardlink' ? { ...entry, target: move(entry.target) } : entry
  }
  const merged = { bin: link('usr/bin'), lib: link('/usr/lib') }
  const folders = { usr: directory, 'usr/bin': directory, 'usr/lib': directory }
  const tree = treeOf({ ...folders, ...entries, ...merged })
  const { sha1, head } = aRootfs({}, { tree })
  return { ...rootfs, tree, sha1, head, changed: new Set([...rootfs.changed].map(move)) }
}

/** A package that owns all of a tree. */
export function aPackageOf(tree: Tree, name = 'base'): InstalledPackage {
  const digests = { tree, sha1: sha1Of(tree) }
  const entries = [...tree.values()]
  return {
    ...metadata,
    name,
    directories: entries.filter(({ type }) => type === 'directory'),
    files: entries
      .filter(({ type }) => type !== 'directory')
      .map((entry) => ({ ...entry, checksum: checksumOf(entry, digests) as ApkChecksum | undefined })),
  }
}

const metadata = {
  version: '1.0-r0',
  architecture: 'x86_64',
  installedSize: 1,
  description: '',
  url: '',
  license: '',
  origin: undefined,
  maintainer: undefined,
  buildDate: undefined,
  commit: undefined,
  providerPriority: undefined,
  depends: [],
  provides: [],
  installIf: [],
  checksum: `Q1${'A'.repeat(27)}=` as ApkChecksum,
  size: 1,
  flags: '',
}

export function sha1Of(tree: Tree): Map<TreePath, string> {
  const files = [...tree.keys()].filter((path) => tree.get(path)?.type === 'file')
  return new Map(files.map((path) => [path, createHash('sha1').update(contentOf(tree, path)).digest('hex')]))
}

function contentOf(tree: Tree, path: TreePath): Uint8Array {
  const entry = tree.get(path)
  if (entry?.type !== 'file' || !('bytes' in entry.content)) throw new Error(`${path} is no file of a test`)
  return entry.content.bytes
}
