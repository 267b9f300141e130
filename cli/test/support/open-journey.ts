import { freePort } from '../../../pipeline/test/support/free-port.ts'
import { type NodeReleases, nodeReleases } from './node-releases.ts'
import { someUser, type User } from './user.ts'

/** A machine that can run clusters. */
export interface JourneyHost extends AsyncDisposable {
  /** What leads kaweezle to its provider. */
  readonly environment: Readonly<Record<string, string>>
  /** What is there of clusters, apart from files below the user's home. */
  leftovers(): Promise<readonly string[]>
  /** What happens to such machines: whatever runs clusters ends, as by a loss of power, and is there again. */
  restart(): Promise<void>
  /** Whether a cluster that ran is then brought up without anybody's doing. */
  readonly bringsUp: boolean
}

export interface Journey<Host extends JourneyHost> {
  readonly host: Host
  readonly user: User
  readonly releases: NodeReleases
  /** That of the cluster to be. */
  readonly apiPort: number
}

/** A user at such a machine, whose cluster will be called `kwsl`, when the release 1.0.0 has just been published. */
export async function openJourney<Host extends JourneyHost>(
  openHost: (apiPort: number) => Promise<Host>,
): Promise<Journey<Host> & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const apiPort = await freePort()
  const releases = stack.use(await nodeReleases())
  const host = stack.use(await openHost(apiPort))
  const environment = { ...releases.environment, ...host.environment, KAWEEZLE_API_PORT: String(apiPort) }
  const user = stack.use(await someUser({ context: 'kwsl', environment }))
  releases.publish('1.0.0')
  const cleanup = stack.move()
  return { releases, host, user, apiPort, [Symbol.asyncDispose]: () => cleanup.disposeAsync() }
}
