import { KaweezleError } from '../../errors.ts'
import { tarEntries } from './tar-entries.ts'

/** The programs that the scripts in the data store run, all of them busybox. */
const applets = [
  ...['cat', 'cp', 'du', 'flock', 'ln', 'ls', 'mkdir', 'mount', 'mountpoint', 'mv', 'nc', 'readlink'],
  ...['rm', 'rmdir', 'sh', 'sleep', 'sync', 'test', 'umount', '['],
]

const wslConf = `[boot]
systemd = false
[automount]
enabled = false
[interop]
enabled = false
appendWindowsPath = false
[network]
generateHosts = false
generateResolvConf = false
`

/** It appears in no menu: it is nothing that a user starts. */
const distributionConf = `[shortcut]
enabled = false
[windowsterminal]
enabled = false
`

/**
 * The root filesystem of a data store: a tar file with the shell and the C library of the cluster's own root
 * filesystem, so that nothing has to be downloaded, and nothing be shipped that is not in a release already.
 */
export async function dataArchive(tarball: string): Promise<Buffer> {
  const found = new Map<string, Buffer>()
  const isWanted = (path: string) => /^(?:usr\/)?(?:bin\/busybox|lib\/ld-musl-[a-z0-9_]+\.so\.1)$/.test(path)
  let cause: unknown
  try {
    for await (const { path, content } of tarEntries(tarball, isWanted)) {
      found.set(path.replace(/^usr\//, ''), content)
      if (found.size === 2) break
    }
  } catch (error) {
    cause = error
  }
  if (found.size < 2)
    throw new KaweezleError(
      'PROVIDER_FAILED',
      `${tarball} has no busybox that a data store can be made with`,
      {
        hint: 'Use a root filesystem of a release of Kaweezle.',
        cause,
      },
    )
  const folders = [
    'bin',
    'dev',
    'etc',
    'lib',
    'mnt',
    'proc',
    'root',
    'run',
    'snapshots',
    'stores',
    'sys',
    'tmp',
  ]
  const files: [string, string][] = [
    ['etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'],
    ['etc/group', 'root:x:0:\n'],
    ['etc/wsl.conf', wslConf],
    ['etc/wsl-distribution.conf', distributionConf],
    ['etc/kaweezle-data', '1\n'],
  ]
  return Buffer.concat([
    ...folders.map((path) => header({ path: `${path}/`, type: '5', mode: 0o755 })),
    ...[...found].map(([path, content]) => entry(path, content, 0o755)),
    ...applets.map((name) => header({ path: `bin/${name}`, type: '2', mode: 0o777, link: 'busybox' })),
    ...files.map(([path, content]) => entry(path, Buffer.from(content), 0o644)),
    Buffer.alloc(1024),
  ])
}

function entry(path: string, content: Buffer, mode: number): Buffer {
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512)
  return Buffer.concat([header({ path, type: '0', mode, size: content.length }), content, padding])
}

interface HeaderFields {
  readonly path: string
  readonly type: '0' | '2' | '5'
  readonly mode: number
  readonly size?: number
  readonly link?: string
}

/** Of the format ustar (POSIX.1-2001, pax, "ustar Interchange Format"). */
function header({ path, type, mode, size = 0, link = '' }: HeaderFields): Buffer {
  const bytes = Buffer.alloc(512)
  const octal = (value: number, at: number, length: number) =>
    bytes.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1')
  bytes.write(path, 0, 'latin1')
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  bytes.write('        ', 148, 'latin1')
  bytes.write(type, 156, 'latin1')
  bytes.write(link, 157, 'latin1')
  bytes.write('ustar\x0000', 257, 'latin1')
  bytes.write('root', 265, 'latin1')
  bytes.write('root', 297, 'latin1')
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}
