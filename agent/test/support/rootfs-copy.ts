import { link, mkdir, readdir, rename, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { execa } from 'execa'

const large = 8 * 1024 * 1024

/**
 * Moves the largest files of `FOLDER/root` to `FOLDER/large`, of which {@link copyRootfs} makes hard links:
 * programs, which nobody writes to in place. A guest starts seconds sooner.
 */
export async function setLargeAside(folder: string): Promise<void> {
  const root = join(folder, 'root')
  await mkdir(join(folder, 'large'))
  for (const path of await filesBelow(root)) {
    if ((await stat(path)).size < large) continue
    const aside = join(folder, 'large', relative(root, path))
    await mkdir(dirname(aside), { recursive: true })
    await rename(path, aside)
  }
}

/** Copies a rootfs, `…/root`, with what was set aside from it. */
export async function copyRootfs(rootfs: string, to: string): Promise<void> {
  await execa('cp', ['-a', rootfs, to])
  const aside = join(dirname(rootfs), 'large')
  for (const path of await filesBelow(aside)) await link(path, join(to, relative(aside, path)))
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
