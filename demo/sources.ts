import { join } from 'node:path'
import { manifestMirrors } from '../pipeline/test/support/cluster-world.ts'
import { ownKey } from '../pipeline/test/support/own-mirror.ts'
import { manifestsFolder, manifestsMissing } from '../pipeline/test/support/upstream-manifests.ts'
import type { Edition } from './editions.ts'
import { startImageRegistry, upstreamRegistries } from './image-registry.ts'
import { startMirror } from './local-mirror.ts'
import { copyRecipe, writeRecipe } from './recipe.ts'
import { writeStandIns } from './stand-ins.ts'

/** Where builds have everything from. */
export interface Sources extends AsyncDisposable {
  readonly recipe: string
  /** For the command line of the pipeline, beside the recipe. */
  readonly flags: readonly string[]
  readonly standIns: readonly string[]
  readonly registry: { readonly isReal: boolean; readonly count: number }
  /** Changes the recipe. */
  write(edition: Edition): Promise<void>
}

export async function openSources(folder: string, mirrorLocation: string): Promise<Sources> {
  await using stack = new AsyncDisposableStack()
  const key = ownKey('demo.rsa.pub')
  const packages = join(folder, 'packages')
  const mirror = stack.use(await startMirror(packages, mirrorLocation))
  const registry = stack.use(await startImageRegistry(folder))
  const standIns = await writeStandIns(packages, key)
  const rootfs = join(folder, 'rootfs')
  await copyRecipe(rootfs, key)
  const recipe = join(rootfs, 'demo.yaml')
  const manifests = (await manifestsMissing()) === undefined ? manifestMirrors(manifestsFolder) : []
  const cleanup = stack.move()
  return {
    recipe,
    registry,
    standIns: standIns.names,
    flags: [
      `--mirror=${mirror.url}`,
      ...upstreamRegistries.map((host) => `--registry-mirror=${host}=${registry.address}/${host}`),
      ...manifests.map((one) => `--manifest-mirror=${one}`),
    ],
    write: (edition) => writeRecipe(recipe, edition, standIns.atoms(edition)),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}
