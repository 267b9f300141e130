import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parseDocument, stringify } from '@kaweezle/program-kit/yaml.ts'
import type { OwnKey } from '../pipeline/test/support/own-mirror.ts'
import { type Edition, editions } from './editions.ts'
import { ownRepositories } from './local-mirror.ts'

const project = join(import.meta.dirname, '..')

/** Puts what the project's own recipe is made of into `folder`, with the key that the stand-ins are signed with. */
export async function copyRecipe(folder: string, { keyName, publicKey }: OwnKey): Promise<void> {
  await cp(join(project, 'rootfs'), folder, { recursive: true, verbatimSymlinks: true })
  await mkdir(join(folder, 'demo-keys'))
  await writeFile(join(folder, 'demo-keys', keyName), publicKey.export({ type: 'spki', format: 'pem' }))
}

/** Writes the project's own recipe, changed to what the mirror of the demo has. */
export async function writeRecipe(
  file: string,
  edition: Edition,
  packages: readonly string[],
): Promise<void> {
  // Without root's shell: zsh is not in the miniature mirror.
  const { root: _, ...recipe } = parseDocument(
    await readFile(join(project, 'rootfs/rootfs.yaml'), 'utf8'),
  ).toJS()
  const locks = ['packages', 'images', 'manifests'].map((name) => [name, `demo.${name}.lock.yaml`])
  const own = edition === editions[0] ? ownRepositories.slice(0, 1) : ownRepositories
  const changed = {
    ...recipe,
    architectures: ['x86_64'],
    locks: Object.fromEntries(locks),
    base: { release: 'latest-stable' },
    keys: 'demo-keys',
    repositories: ['main', 'community', ...own].map((name) => ({ name })),
    packages,
    agent: relative(join(file, '..'), join(project, 'agent')),
    kubernetes: { ...recipe.kubernetes, version: edition.kubernetes },
  }
  await writeFile(file, stringify(changed))
}
