import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../control-plane/running.ts'
import type { RuntimeContainer, RuntimeMethods, RuntimePod } from './call.ts'
import { groupOf, removeGroups } from './cgroups.ts'
import { exitsFolder, isAlive, signal, startProcess } from './conmon.ts'
import { connectPod, disconnectPod, freeAddress, isConnected } from './network.ts'
import { findImage } from './storage.ts'

type Names =
  | 'pods'
  | 'containers'
  | 'runPod'
  | 'runContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'stopPod'
  | 'removePod'
type ContainerHandlers = {
  [Name in Names]: (
    input: RuntimeMethods[Name][0],
  ) => Promise<RuntimeMethods[Name][1]> | RuntimeMethods[Name][1]
}

/** On /run, so that it is empty after a boot: CRI-O wipes what was there before one. */
const stateFolder = '/run/containers/doubles'

/** Pods and containers, of which files know when the runtime is started again. */
export function createContainers(changed: () => void): { handlers: ContainerHandlers; close(): void } {
  for (const folder of [stateFolder, exitsFolder]) mkdirSync(folder, { recursive: true })
  const pods = new Map<string, RuntimePod>(load('pod').map((pod) => [pod.id, pod as RuntimePod]))
  const containers = new Map<string, RuntimeContainer>(
    load('container').map((one) => [one.id, one as RuntimeContainer]),
  )
  for (const pod of pods.values()) if (!isConnected(pod)) pod.state = 'SANDBOX_NOTREADY'
  const waiting = new Map<string, () => void>()
  noteExits()
  const watcher = watch(exitsFolder, noteExits)

  function noteExits(): void {
    for (const container of containers.values()) {
      if (container.state === 'CONTAINER_EXITED') continue
      const status = exitStatus(container.id)
      if (status === undefined && (isAlive(container.process) || isAlive(container.conmon))) continue
      Object.assign(container, { state: 'CONTAINER_EXITED', exitCode: status ?? 137, finishedAt: Date.now() })
      save('container', container)
      waiting.get(container.id)?.()
      changed()
    }
  }

  async function stop(id: string, timeout: number): Promise<void> {
    const container = get(containers, id, 'container')
    if (container.state === 'CONTAINER_EXITED') return
    signal(container.process, 'SIGTERM')
    const ended = new Promise<void>((resolve) => waiting.set(id, resolve))
    const timer = setTimeout(() => signal(container.process, 'SIGKILL'), timeout * 1000)
    await ended
    clearTimeout(timer)
    waiting.delete(id)
  }

  function remove(id: string): void {
    containers.delete(id)
    drop('container', id)
    rmSync(join(exitsFolder, id), { force: true })
    changed()
  }

  async function stopPod(id: string): Promise<void> {
    const pod = get(pods, id, 'pod sandbox')
    await Promise.all(inPod(id).map((container) => stop(container.id, 10)))
    await disconnectPod(pod)
    pod.state = 'SANDBOX_NOTREADY'
    save('pod', pod)
    changed()
  }

  const inPod = (id: string) => [...containers.values()].filter(({ pod }) => pod === id)

  const handlers: ContainerHandlers = {
    pods: () => ({ pods: [...pods.values()] }),
    containers: () => {
      noteExits()
      return { containers: [...containers.values()] }
    },
    async runPod(wanted) {
      // Known first: what is made for it is found again whenever this program ends.
      const ip = wanted.hostNetwork ? '' : freeAddress([...pods.values()].map((pod) => pod.ip))
      const pod: RuntimePod = { ...wanted, id: newId(), state: 'SANDBOX_READY', createdAt: Date.now(), ip }
      save('pod', pod)
      pods.set(pod.id, pod)
      try {
        await connectPod(pod)
      } catch (error) {
        pods.delete(pod.id)
        drop('pod', pod.id)
        throw error
      }
      changed()
      return pod
    },
    async runContainer({ command, ...wanted }) {
      const pod = get(pods, wanted.pod, 'pod sandbox')
      if (!findImage(wanted.image)) throw new Error(`image not known: ${wanted.image}`)
      const id = newId()
      const log = `/var/log/pods/${pod.namespace}_${pod.name}_${pod.uid}/${wanted.name}/${wanted.attempt}.log`
      const started = await startProcess({
        id,
        command: command.length > 0 ? command : [`/${wanted.name}`],
        log,
        group: groupOf(pod.uid, id),
        image: wanted.image,
      })
      const times = { createdAt: Date.now(), finishedAt: 0 }
      const container: RuntimeContainer = {
        ...wanted,
        ...times,
        id,
        log,
        state: 'CONTAINER_RUNNING',
        exitCode: 0,
        ...started,
      }
      containers.set(id, container)
      save('container', container)
      noteExits()
      changed()
      return container
    },
    async stopContainer({ id, timeout }) {
      await stop(full(containers, id), timeout)
      return {}
    },
    async removeContainer({ id, force }) {
      const container = get(containers, full(containers, id), 'container')
      if (container.state === 'CONTAINER_RUNNING' && !force)
        throw new Error(`cannot remove container ${id}: it is running`)
      await stop(container.id, 0)
      remove(container.id)
      return {}
    },
    async stopPod({ id }) {
      await stopPod(full(pods, id))
      return {}
    },
    async removePod({ id }) {
      const whole = full(pods, id)
      const { uid } = get(pods, whole, 'pod sandbox')
      await stopPod(whole)
      for (const container of inPod(whole)) remove(container.id)
      removeGroups(uid)
      pods.delete(whole)
      drop('pod', whole)
      changed()
      return {}
    },
  }
  return { handlers, close: () => watcher.close() }
}

function get<T>(map: Map<string, T>, id: string, kind: string): T {
  const found = map.get(id)
  if (!found) throw new Error(`could not find ${kind} "${id}": ID does not exist`)
  return found
}

/** crictl takes the beginning of an id. */
function full(map: ReadonlyMap<string, unknown>, id: string): string {
  return [...map.keys()].find((key) => key.startsWith(id)) ?? id
}

function newId(): string {
  return randomBytes(32).toString('hex')
}

function exitStatus(id: string): number | undefined {
  try {
    return Number(readFileSync(join(exitsFolder, id), 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function load(kind: 'pod' | 'container'): { id: string }[] {
  const names = readdirSync(stateFolder).filter(
    (name) => name.startsWith(`${kind}-`) && name.endsWith('.json'),
  )
  return names.map((name) => JSON.parse(readFileSync(join(stateFolder, name), 'utf8')))
}

function save(kind: 'pod' | 'container', object: { id: string }): void {
  const path = join(stateFolder, `${kind}-${object.id}`)
  writeFileSync(`${path}.draft`, JSON.stringify(object))
  renameSync(`${path}.draft`, `${path}.json`)
}

function drop(kind: 'pod' | 'container', id: string): void {
  rmSync(join(stateFolder, `${kind}-${id}.json`), { force: true })
}
