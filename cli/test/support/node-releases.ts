import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeOptions } from '../../../agent/test/support/node-rootfs.ts'
import { makeKey } from '../../../release-format/test/support/make-key.ts'
import { makeRelease } from './make-release.ts'
import { nodeTarball } from './node-tarball.ts'
import { releaseEnvironment } from './release-environment.ts'
import { startReleaseServer } from './release-server.ts'
import { fileAt } from './served-file.ts'

/** Two releases that clusters can be made from, and somebody who publishes them. */
export interface NodeReleases extends AsyncDisposable {
  /** For whoever is to install from there. */
  readonly environment: Readonly<Record<string, string>>
  /** The root filesystem of the first one. */
  readonly tarball: string
  publish(version: keyof typeof contents): void
}

const contents = {
  '1.0.0': {},
  '1.1.0': { versions: { packages: '1.37.0-r0', kubernetes: '1.37.0' } },
} satisfies Record<string, NodeOptions>

/** The Kubernetes of each release. */
export const kubernetesOf = { '1.0.0': '1.36.1', '1.1.0': '1.37.0' } as const

export async function nodeReleases(): Promise<NodeReleases> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-releases-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const server = stack.use(await startReleaseServer())
  const key = makeKey()
  const tarballs: Record<string, string> = {}
  for (const [version, options] of Object.entries(contents)) {
    const place = join(folder, version)
    await mkdir(place)
    tarballs[version] = await nodeTarball(place, options)
  }
  const cleanup = stack.move()
  return {
    tarball: tarballs['1.0.0'] ?? '',
    environment: releaseEnvironment(server, key),
    publish(version) {
      const rootfs = { x86_64: fileAt(tarballs[version] ?? '') }
      const files = makeRelease({ version, key, kubernetes: kubernetesOf[version], rootfs })
      server.releases.set(`v${version}`, { files })
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}
