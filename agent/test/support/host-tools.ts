import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { hostEnvironment } from '../../../pipeline/src/engine/isolate.ts'
import type { ApkFile } from '../../../pipeline/test/support/build-apk.ts'

type Files = Record<string, ApkFile>

/** Each program has its own loader and libraries, since no two packages may have the same file. */
const folders = { ip: 'usr/lib/host-iproute2', iptables: 'usr/lib/host-iptables' }
const needed = ['ip', 'iptables', 'unshare', 'nsenter', 'setpriv', 'bsdtar']

/** Why this machine lacks what a guest is made of; nothing when it does not. */
export async function hostToolsMissing(): Promise<string | undefined> {
  for (const name of needed) {
    if ((await find(name)) === undefined) return `install ${name}`
  }
  const { exitCode } = await execa('unshare', ['--net', 'iptables', '-N', 'X'], {
    reject: false,
    env: hostEnvironment(),
  })
  return exitCode === 0 ? undefined : 'the kernel has no iptables'
}

/** The genuine `ip` of this machine, with its loader and libraries: Alpine's own is not in the mirror. */
export async function iproute2Files(): Promise<Files> {
  const program = await realpath((await find('ip')) ?? 'ip')
  return {
    ...(await withLibraries(folders.ip, program)),
    'sbin/ip': wrapper(folders.ip, basename(program)),
  }
}

/** The genuine iptables of this machine, likewise: that of nftables, as in Alpine since 3.19. */
export async function iptablesFiles(): Promise<Files> {
  const program = await realpath((await find('xtables-nft-multi')) ?? (await find('iptables')) ?? 'iptables')
  const { stdout } = await execa('ldd', [program])
  const libraries = stdout.match(/\/\S+(?=\/libxtables\.so)/)?.[0] ?? '/usr/lib'
  const extensions = await extensionsFolder(libraries)
  const files: Files = await withLibraries(folders.iptables, program)
  for (const name of await readdir(extensions)) {
    if (name.endsWith('.so'))
      files[`${folders.iptables}/xtables/${name}`] = await copied(join(extensions, name))
  }
  for (const family of ['iptables', 'ip6tables'])
    for (const name of [family, `${family}-save`, `${family}-restore`])
      files[`usr/sbin/${name}`] = wrapper(folders.iptables, `${basename(program)} ${name}`)
  return files
}

async function extensionsFolder(libraries: string): Promise<string> {
  for (const place of [join(libraries, 'xtables'), join('/usr', libraries, 'xtables'), '/usr/lib/xtables']) {
    try {
      await readdir(place)
      return place
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  throw new Error('iptables has no folder of extensions here')
}

async function withLibraries(folder: string, program: string): Promise<Files> {
  const { stdout } = await execa('ldd', [program])
  const files: Files = { [`${folder}/${basename(program)}`]: await copied(program) }
  for (const [path] of stdout.matchAll(/(?<=\s)\/\S+/g))
    files[`${folder}/${path.includes('/ld-linux') ? 'ld.so' : basename(path)}`] = await copied(path)
  return files
}

async function copied(path: string): Promise<ApkFile> {
  return { content: await readFile(path), mode: 0o755 }
}

function wrapper(folder: string, program: string): ApkFile {
  const loader = `/${folder}/ld.so --library-path /${folder}`
  const script = `#!/bin/sh
export XTABLES_LIBDIR=/${folder}/xtables
exec ${loader} /${folder}/${program} "$@"
`
  return { content: script, mode: 0o755 }
}

async function find(name: string): Promise<string | undefined> {
  const { stdout, exitCode } = await execa('sh', ['-c', 'command -v "$1"', 'sh', name], {
    env: hostEnvironment(),
    reject: false,
  })
  return exitCode === 0 ? stdout.trim() : undefined
}
