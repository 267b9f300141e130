import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { bundleDoubles, doublesPath } from '../../../../agent/test/support/doubles-bundle.ts'
import { nodeRootfs } from '../../../../agent/test/support/node-rootfs.ts'
import { pauseProgram } from '../../../../agent/test/support/pause-program.ts'
import { copyRootfs } from '../../../../agent/test/support/rootfs-copy.ts'

export interface NodeTarball extends AsyncDisposable {
  readonly path: string
}

/** The archive of a rootfs with the agent and all it needs, in which Kubernetes is doubled. */
export async function nodeTarball(): Promise<NodeTarball> {
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-node-tarball-'))
  const root = join(folder, 'root')
  await copyRootfs(await nodeRootfs(), root)
  const library = join(root, dirname(doublesPath))
  await mkdir(library, { recursive: true })
  await writeFile(join(root, doublesPath), await bundleDoubles())
  await writeFile(join(library, 'init'), pauseProgram(), { mode: 0o755 })
  const path = join(folder, 'rootfs.tar.gz')
  // Not compressed, which neither WSL nor we need: the name says nothing.
  await execa('bsdtar', ['-cf', path, '--numeric-owner', '-C', root, '.'])
  await rm(root, { recursive: true })
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
