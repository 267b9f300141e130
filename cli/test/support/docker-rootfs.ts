import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { mirrorFolder } from '../../../pipeline/test/support/mirror.ts'

export interface SmallRootfs extends AsyncDisposable {
  readonly first: string
  readonly second: string
  readonly truncated: string
  readonly foreign: string
}

/** A stand-in whose cluster is made by `start`, and which notes in the data what it was asked. */
const ikniteScript = `#!/bin/sh
echo "iknite $*" >>/var/lib/kaweezle/asked
case $1 in
  version) echo 0.0.1 ;;
  start) mkdir -p /var/lib/kaweezle/iknite && echo {} >/var/lib/kaweezle/iknite/cluster.json ;;
esac
`

/** Root filesystems that are quickly imported: Alpine's smallest, with a stand-in for iknite. */
export async function smallRootfs(): Promise<SmallRootfs> {
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-small-'))
  const base = join(mirrorFolder, 'v3.19/releases/x86_64/alpine-minirootfs-3.19.4-x86_64.tar.gz')
  const root = join(folder, 'root')
  await execa('mkdir', ['-p', root])
  await execa('bsdtar', ['-xpf', base, '-C', root])
  await execa('mkdir', ['-p', join(root, 'var/lib/kaweezle'), join(root, 'var/lib/containers/storage')])
  await writeFile(join(root, 'var/lib/containers/storage/preloaded'), 'an image\n')

  async function pack(name: string, iknite: string | Buffer): Promise<string> {
    await writeFile(join(root, 'etc/kaweezle-rootfs'), `${name}\n`)
    await writeFile(join(root, 'usr/bin/iknite'), iknite, { mode: 0o755 })
    const path = join(folder, `${name}.tar.gz`)
    await execa('tar', ['-C', root, '-czf', path, '.'])
    return path
  }

  const first = await pack('first', ikniteScript)
  const second = await pack('second', ikniteScript)
  // As a program of another architecture: the header of an ELF file for it.
  const program = await readFile(join(root, 'bin/busybox'))
  const foreign = await pack('foreign', Buffer.from(program.subarray(0, 4096)).fill(0xb7, 18, 19))
  const truncated = join(folder, 'truncated.tar.gz')
  const content = await readFile(first)
  await using file = await open(truncated, 'w')
  await file.write(content.subarray(0, content.length / 2))
  return {
    first,
    second,
    truncated,
    foreign,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
