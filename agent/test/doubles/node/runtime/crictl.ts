import { readFileSync } from 'node:fs'
import { messageOf } from '../../control-plane/running.ts'
import { callRuntime, type RuntimeContainer, type RuntimeMethods, type RuntimePod } from './call.ts'
import { type Options, parseOptions, settingsOf } from './crictl-options.ts'

/** The double of crictl: https://github.com/kubernetes-sigs/cri-tools/blob/master/docs/crictl.md */
export async function main(argv: string[]): Promise<number> {
  const options = parseOptions(argv)
  const settings = settingsOf(options)
  const call = <Name extends keyof RuntimeMethods>(method: Name, input: RuntimeMethods[Name][0]) =>
    callRuntime(method, input, settings.socket, settings.timeout)
  const [command = '', ...ids] = options.words
  try {
    await call('version', {})
  } catch (error) {
    return fatal(
      `validate service connection: validate CRI v1 runtime API for endpoint "${settings.socket}": ${messageOf(error)}`,
    )
  }
  const run = commands[command]
  if (!run) return fatal(`No help topic for '${command}'`)
  try {
    await run(options, ids, call)
    return 0
  } catch (error) {
    return fatal(messageOf(error))
  }
}

type Call = <Name extends keyof RuntimeMethods>(
  method: Name,
  input: RuntimeMethods[Name][0],
) => Promise<RuntimeMethods[Name][1]>

const commands: Readonly<Record<string, (options: Options, ids: string[], call: Call) => Promise<void>>> = {
  async version(_options, _ids, call) {
    const { version } = await call('version', {})
    print(`Version:  0.1.0\nRuntimeName:  cri-o\nRuntimeVersion:  ${version}\nRuntimeApiVersion:  v1`)
  },
  async info(_options, _ids, call) {
    const { runtimeReady, networkReady, message } = await call('info', {})
    const none = 'No CNI configuration file in /etc/cni/net.d/. Has your network provider started?'
    const conditions = [
      { type: 'RuntimeReady', status: runtimeReady, reason: runtimeReady ? '' : 'RuntimeNotReady', message },
      {
        type: 'NetworkReady',
        status: networkReady,
        reason: networkReady ? '' : 'NetworkPluginNotReady',
        message: networkReady ? '' : `Network plugin returns error: ${none}`,
      },
    ]
    json({ status: { conditions }, config: { sandboxImage: 'registry.k8s.io/pause:3.10.2' } })
  },
  async pods(options, _ids, call) {
    const { pods } = await call('pods', {})
    const [name, state, namespace] = [
      options.get('name'),
      options.get('s', 'state'),
      options.get('namespace'),
    ]
    const found = pods.filter(
      (pod) =>
        (name === undefined || new RegExp(name).test(pod.name)) &&
        (namespace === undefined || pod.namespace === namespace) &&
        (state === undefined || pod.state === `SANDBOX_${state.toUpperCase()}`),
    )
    if (options.has('q', 'quiet')) for (const { id } of found) print(id)
    else if (options.get('o', 'output') === 'json') json({ items: found.map(podObject) })
    else {
      print(
        'POD ID              CREATED             STATE               NAME                NAMESPACE           ATTEMPT             RUNTIME',
      )
      for (const { id, state: now, name: named, namespace: inside, attempt } of found)
        print(
          [
            id.slice(0, 13),
            'now',
            now === 'SANDBOX_READY' ? 'Ready' : 'NotReady',
            named,
            inside,
            attempt,
            '(default)',
          ].join('       '),
        )
    }
  },
  async ps(options, _ids, call) {
    const { containers } = await call('containers', {})
    const [name, pod, label] = [options.get('name'), options.get('p', 'pod'), options.get('label')]
    const found = containers.filter(
      (one) =>
        (options.has('a', 'all') || one.state === 'CONTAINER_RUNNING') &&
        (name === undefined || new RegExp(name).test(one.name)) &&
        (pod === undefined || one.pod.startsWith(pod)) &&
        (label === undefined || one.labels[label.split('=')[0] ?? ''] === label.split('=')[1]),
    )
    found.sort((one, other) => other.createdAt - one.createdAt)
    if (options.has('q', 'quiet')) for (const { id } of found) print(id)
    else if (options.get('o', 'output') === 'json') json({ containers: found.map(containerObject) })
    else {
      print(
        'CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID',
      )
      for (const { id, image, state, name: named, attempt, pod: inside } of found)
        print(
          [
            id.slice(0, 13),
            image,
            'now',
            state === 'CONTAINER_RUNNING' ? 'Running' : 'Exited',
            named,
            attempt,
            inside.slice(0, 13),
          ].join('       '),
        )
    }
  },
  async images(options, _ids, call) {
    const { images } = await call('images', {})
    if (options.has('q', 'quiet')) for (const { id } of images) print(id)
    else if (options.get('o', 'output') === 'json')
      json({
        images: images.map((image) => ({
          ...image,
          size: String(image.size),
          uid: null,
          username: '',
          spec: null,
          pinned: false,
        })),
      })
    else {
      print('IMAGE                                     TAG                 IMAGE ID            SIZE')
      for (const { id, repoTags } of images)
        for (const tag of repoTags) print(`${tag.replace(/:([^:]+)$/, '   $1')}   ${id.slice(0, 13)}   1MB`)
    }
  },
  async inspect(_options, ids, call) {
    const { containers } = await call('containers', {})
    for (const id of ids) {
      const found = containers.find((container) => container.id.startsWith(id))
      if (!found)
        throw new Error(
          `getting the status of the container "${id}": rpc error: code = NotFound desc = could not find container "${id}"`,
        )
      const times = {
        startedAt: new Date(found.createdAt).toISOString(),
        finishedAt: new Date(found.finishedAt).toISOString(),
      }
      json({
        status: { ...containerObject(found), ...times, exitCode: found.exitCode },
        info: { pid: found.process.pid, sandboxID: found.pod },
      })
    }
  },
  async logs(options, [id = ''], call) {
    const { containers } = await call('containers', {})
    const found = containers.find((container) => container.id.startsWith(id))
    if (!found) throw new Error(`rpc error: code = NotFound desc = could not find container "${id}"`)
    const lines = readFileSync(found.log, 'utf8').trimEnd().split('\n')
    for (const line of lines.slice(-Number(options.get('tail') ?? lines.length))) print(line)
  },
  async pull(_options, ids, call) {
    for (const image of ids) {
      await call('pull', { image })
      print(`Image is up to date for ${image}`)
    }
  },
  async stop(options, ids, call) {
    const timeout = Number(options.get('t', 'timeout') ?? 0)
    for (const id of ids) {
      await call('stopContainer', { id, timeout })
      print(id)
    }
  },
  async rm(options, ids, call) {
    const all = options.has('a', 'all') ? (await call('containers', {})).containers.map(({ id }) => id) : ids
    for (const id of all) {
      await call('removeContainer', { id, force: options.has('f', 'force') })
      print(id)
    }
  },
  async stopp(_options, ids, call) {
    for (const id of ids) {
      await call('stopPod', { id })
      print(`Stopped sandbox ${id}`)
    }
  },
  async rmp(options, ids, call) {
    const { pods } = await call('pods', {})
    const all = options.has('a', 'all') ? pods.map(({ id }) => id) : ids
    for (const id of all) {
      const pod = pods.find((one) => one.id.startsWith(id))
      if (pod?.state === 'SANDBOX_READY' && !options.has('f', 'force'))
        throw new Error(
          `removing the pod sandbox "${id}": pod sandbox is still running: please use --force to remove`,
        )
      await call('removePod', { id })
      print(`Removed sandbox ${id}`)
    }
  },
}

function podObject({
  id,
  name,
  uid,
  namespace,
  attempt,
  state,
  createdAt,
  labels,
  annotations,
}: RuntimePod): object {
  const metadata = { name, uid, namespace, attempt }
  return { id, metadata, state, createdAt: `${createdAt}000000`, labels, annotations, runtimeHandler: '' }
}

function containerObject({
  id,
  pod,
  name,
  attempt,
  image,
  state,
  createdAt,
  labels,
  annotations,
}: RuntimeContainer): object {
  const named = { metadata: { name, attempt }, image: { image, annotations: {}, userSpecifiedImage: image } }
  return {
    id,
    podSandboxId: pod,
    ...named,
    imageRef: image,
    state,
    createdAt: `${createdAt}000000`,
    labels,
    annotations,
  }
}

function fatal(message: string): number {
  process.stderr.write(
    `time="${new Date().toISOString().slice(0, 19)}Z" level=fatal msg=${JSON.stringify(message)}\n`,
  )
  return 1
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function json(value: unknown): void {
  print(JSON.stringify(value, undefined, 2))
}
