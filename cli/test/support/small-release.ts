import { makeKey } from '../../../release-format/test/support/make-key.ts'
import { smallRootfs } from './docker-rootfs.ts'
import { makeRelease } from './make-release.ts'
import { releaseEnvironment } from './release-environment.ts'
import { startReleaseServer } from './release-server.ts'
import { fileAt } from './served-file.ts'

export interface SmallRelease extends AsyncDisposable {
  /** For whoever is to install it. */
  readonly environment: Readonly<Record<string, string>>
}

/** A server with a release 1.0.0 that can be installed, and not started: it has only a stand-in for iknite. */
export async function smallRelease(): Promise<SmallRelease> {
  await using stack = new AsyncDisposableStack()
  const { first } = stack.use(await smallRootfs())
  const server = stack.use(await startReleaseServer())
  const key = makeKey()
  const files = makeRelease({ version: '1.0.0', key, rootfs: { x86_64: fileAt(first) } })
  server.releases.set('v1.0.0', { files })
  const cleanup = stack.move()
  return {
    environment: releaseEnvironment(server, key),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}
