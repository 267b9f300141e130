import { startTestDaemon, type TestDaemon } from './docker-daemon.ts'
import { everything } from './docker-world.ts'
import type { JourneyHost } from './open-journey.ts'
import { forwardLocalhost } from './wsl-double/localhost-forwarding.ts'
import { type WslDouble, wslDouble } from './wsl-double/wsl-double.ts'

/** A machine with Docker. */
export async function dockerHost(): Promise<JourneyHost & { readonly daemon: TestDaemon }> {
  const daemon = await startTestDaemon()
  return {
    daemon,
    environment: { DOCKER_HOST: daemon.host, KAWEEZLE_PROVIDER: 'docker' },
    leftovers: () => everything(daemon.docker),
    restart: () => daemon.restart(),
    bringsUp: true,
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  }
}

export interface WslUserHost extends JourneyHost {
  readonly double: WslDouble
}

/** A machine with a double of WSL. */
export async function wslHost(apiPort: number): Promise<WslUserHost> {
  await using stack = new AsyncDisposableStack()
  const double = stack.use(await wslDouble())
  stack.use(forwardLocalhost(double, apiPort))
  const cleanup = stack.move()
  return {
    double,
    environment: { KAWEEZLE_WSL_EXE: double.executable, KAWEEZLE_PROVIDER: 'wsl' },
    leftovers: async () => double.state().distributions.map(({ name }) => name),
    restart: () => double.crash(),
    bringsUp: false,
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}
