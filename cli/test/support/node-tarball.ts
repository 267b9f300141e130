import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { bundleDoubles, doublesPath } from '../../../agent/test/support/doubles-bundle.ts'
import { type NodeOptions, nodeRootfs } from '../../../agent/test/support/node-rootfs.ts'
import { pauseProgram } from '../../../agent/test/support/pause-program.ts'
import { copyRootfs } from '../../../agent/test/support/rootfs-copy.ts'

/**
 * Writes the archive of a rootfs with the agent and all it needs, in which Kubernetes is doubled. Returns its path, in
 * `folder`. It is not compressed, which no provider needs: the name says nothing.
 */
export async function nodeTarball(folder: string, options: NodeOptions = {}): Promise<string> {
  const root = join(folder, 'root')
  await copyRootfs(await nodeRootfs(options), root)
  const library = join(root, dirname(doublesPath))
  await mkdir(library, { recursive: true })
  await writeFile(join(root, doublesPath), await bundleDoubles())
  await writeFile(join(library, 'init'), pauseProgram(), { mode: 0o755 })
  const path = join(folder, 'rootfs.tar.gz')
  await execa('bsdtar', ['-cf', path, '--numeric-owner', '-C', root, '.'], { env: { LC_ALL: 'C.UTF-8' } })
  return path
}
