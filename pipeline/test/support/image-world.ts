import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha256 } from '../../src/digest.ts'
import type { FetcherOptions } from '../../src/fetch/fetch.ts'
import { type ImageReference, parseImageReference } from '../../src/oci/reference.ts'
import { type FetchImagesOptions, fetchImages } from '../../src/registry/fetch-images.ts'
import { openRegistries } from '../../src/registry/registries.ts'
import { end, member } from '../../src/tar/raw-tar.fixture.ts'
import { newWorld, type World } from './fetch-world.ts'
import { type Descriptor, ImageLayout, type MadeLayer } from './make-image.ts'

/** A cache, a layout to be served, and what fetches from the one into the other. */
export interface ImageWorld extends World {
  readonly layout: ImageLayout
  /** The folder of the Docker config file. */
  readonly dockerConfig: string
  /** Writes the Docker config file. */
  login(config: object): Promise<void>
  fetchImages(
    references: readonly ImageReference[],
    options?: Partial<FetchImagesOptions & FetcherOptions> & { env?: NodeJS.ProcessEnv },
  ): ReturnType<typeof fetchImages>
}

export async function newImageWorld(): Promise<ImageWorld> {
  const world = await newWorld()
  const folder = `${world.cache}-registry`
  const dockerConfig = join(folder, 'docker')
  await mkdir(dockerConfig, { recursive: true })
  const { signal } = new AbortController()
  return {
    ...world,
    layout: new ImageLayout(join(folder, 'layout')),
    dockerConfig,
    login: (config) => writeFile(join(dockerConfig, 'config.json'), JSON.stringify(config)),
    fetchImages: (references, { env, ...options } = {}) =>
      fetchImages(references, {
        architecture: 'x86_64',
        registries: openRegistries({ env: { DOCKER_CONFIG: dockerConfig, ...env } }),
        fetcher: world.fetcher(options),
        store: world.store,
        signal,
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true })
      await world[Symbol.asyncDispose]()
    },
  }
}

/** A layer that nothing else has, of about that many bytes. */
export function newLayer(layout: ImageLayout, bytes = 10_000): Promise<MadeLayer> {
  return layout.layer(Buffer.concat([member({ name: 'file' }, randomBytes(bytes).toString('latin1')), end]))
}

/** `team/app` on that host, pinned, and with the tag `1`. */
export function pinned(host: string, { digest }: Descriptor, repository = 'team/app'): ImageReference {
  return parseImageReference(`${host}/${repository}:1@${digest}`)
}

export function hexOf(digest: string): Sha256 {
  return digest.replace('sha256:', '') as Sha256
}
