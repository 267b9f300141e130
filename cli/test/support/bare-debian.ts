import { copyFile, mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

/** What a script can count on in Debian: https://www.debian.org/doc/debian-policy/ch-binary.html#essential-packages */
const programs = ['sh', 'chmod', 'gzip', 'mkdir', 'mv', 'rm', 'sync', 'tail', 'uname']

/** Makes a root filesystem of a shell, a few programs, and the libraries that Node needs, all of this machine. */
export async function bareDebian(root: string): Promise<void> {
  const { stdout: found } = await execa('which', programs)
  const paths = found.split('\n')
  const { stdout: listed } = await execa('ldd', [...paths, process.execPath])
  const libraries = [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path)
  await mkdir(join(root, 'usr/bin'), { recursive: true })
  await symlink('usr/bin', join(root, 'bin'))
  for (const path of new Set([...paths, ...libraries])) {
    const copy = join(root, path)
    await mkdir(dirname(copy), { recursive: true })
    await copyFile(path, copy)
  }
}
