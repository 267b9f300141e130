import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { bundleDoubles, doublesPath } from '../../../agent/test/support/doubles-bundle.ts'
import { copyRootfs } from '../../../agent/test/support/rootfs-copy.ts'

/** Packs the unpacked rootfs of a node, with the current doubles, as a release has it. */
export async function nodeTarball(rootfs: string, folder: string): Promise<string> {
  const root = join(folder, 'root')
  await copyRootfs(rootfs, root)
  await writeFile(join(root, doublesPath), await bundleDoubles())
  const tarball = join(folder, 'rootfs.tar.gz')
  await execa('tar', ['-C', root, '--numeric-owner', '-I', 'gzip -1', '-cf', tarball, '.'])
  return tarball
}
