import { randomBytes } from 'node:crypto'
import { freePort } from '../pipeline/test/support/free-port.ts'
import { type Double, startGitHub } from '../pipeline/test/support/github-double.ts'
import { type Host, openHost } from './host.ts'
import { openSources, type Sources } from './sources.ts'
import type { Stage } from './stage.ts'

/** All that is there when the story begins. */
export interface Scene extends AsyncDisposable {
  readonly stage: Stage
  readonly sources: Sources
  readonly github: Double
  readonly host: Host
  readonly provider: 'docker' | 'wsl'
  /** The name of the cluster, and the port of its API server on this machine. */
  readonly cluster: string
  readonly apiPort: number
}

export interface SceneOptions {
  readonly mirror: string
  readonly provider: 'docker' | 'wsl'
}

/** Tells what it makes in a chapter of its own. */
export async function openScene(stage: Stage, { mirror, provider }: SceneOptions): Promise<Scene> {
  const { narrator, place } = stage
  narrator.chapter('A mirror, a registry and a GitHub of our own', 'All three are on the loopback.')
  await using stack = new AsyncDisposableStack()
  const sources = stack.use(await openSources(place.folder, mirror))
  stage.signal.throwIfAborted()
  const github = stack.use(await startGitHub())
  github.isPublic = true
  const cluster = `demo-${randomBytes(2).toString('hex')}`
  const apiPort = await freePort()
  const host = stack.use(await openHost({ provider, cluster, apiPort }))
  const { registry, standIns } = sources
  narrator.say(
    provider === 'docker'
      ? 'A Docker daemon answers: builds and the cluster run there.'
      : 'Docker is not used: builds run in namespaces, and the cluster in a double of wsl.exe.',
    `The mirror has what is at ${mirror}, and ${standIns.length} packages that stand in for what a small mirror lacks: ${standIns.join(', ')}. kubeadm, kubelet, CRI-O and crictl are doubles in them; kubectl is genuine.`,
    `The registry is ${registry.isReal ? 'a real one (docker-registry)' : 'a double, since docker-registry is not installed'}, with ${registry.count} small images under the names that the cluster needs.`,
    'GitHub is a double of its API for releases.',
  )
  narrator.command(`SOURCES="${sources.flags.join(' ')}"`)
  const cleanup = stack.move()
  return {
    ...{ stage, sources, github, host, provider, cluster, apiPort },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}
