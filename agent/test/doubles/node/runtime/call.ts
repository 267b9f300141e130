import { request } from 'node:http'

/** What the runtime knows of a sandbox; the names are those of the CRI. */
export interface RuntimePod {
  id: string
  name: string
  namespace: string
  uid: string
  attempt: number
  state: 'SANDBOX_READY' | 'SANDBOX_NOTREADY'
  /** Milliseconds. */
  createdAt: number
  labels: Record<string, string>
  annotations: Record<string, string>
  hostNetwork: boolean
  /** Empty on the host's network. */
  ip: string
}

export interface RuntimeProcess {
  pid: number
  /** By which a reused pid is told from it. */
  startTime: string
}

export interface RuntimeContainer {
  id: string
  pod: string
  name: string
  attempt: number
  image: string
  state: 'CONTAINER_RUNNING' | 'CONTAINER_EXITED'
  createdAt: number
  finishedAt: number
  exitCode: number
  process: RuntimeProcess
  /** The file of its output. */
  log: string
  /** Its parent, which notes how it ends. */
  conmon: RuntimeProcess
  labels: Record<string, string>
  annotations: Record<string, string>
}

export interface RuntimeImage {
  id: string
  repoTags: string[]
  repoDigests: string[]
  size: number
}

/** The methods of CRI-O's double: a POST to `/METHOD` with JSON. */
export interface RuntimeMethods {
  info: [input: object, output: { runtimeReady: boolean; networkReady: boolean; message: string }]
  version: [input: object, output: { version: string }]
  images: [input: object, output: { images: RuntimeImage[] }]
  pull: [input: { image: string }, output: object]
  pods: [input: object, output: { pods: RuntimePod[] }]
  containers: [input: object, output: { containers: RuntimeContainer[] }]
  runPod: [
    input: Pick<
      RuntimePod,
      'name' | 'namespace' | 'uid' | 'labels' | 'annotations' | 'hostNetwork' | 'attempt'
    >,
    output: RuntimePod,
  ]
  runContainer: [
    input: Pick<RuntimeContainer, 'pod' | 'name' | 'image' | 'attempt' | 'labels' | 'annotations'> & {
      command: string[]
    },
    output: RuntimeContainer,
  ]
  stopContainer: [input: { id: string; timeout: number }, output: object]
  removeContainer: [input: { id: string; force: boolean }, output: object]
  stopPod: [input: { id: string }, output: object]
  removePod: [input: { id: string }, output: object]
}

export const usualSocket = 'unix:///run/crio/crio.sock'

export function callRuntime<Name extends keyof RuntimeMethods>(
  method: Name,
  input: RuntimeMethods[Name][0],
  socket = usualSocket,
  timeout = 10_000,
): Promise<RuntimeMethods[Name][1]> {
  const body = JSON.stringify(input)
  const socketPath = socket.replace(/^unix:\/\//, '')
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, path: `/${method}`, method: 'POST', timeout, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(text))
          else reject(new Error(`rpc error: code = Unknown desc = ${text}`))
        })
      },
    )
    sent.on('timeout', () =>
      sent.destroy(new Error('rpc error: code = DeadlineExceeded desc = context deadline exceeded')),
    )
    sent.on('error', (error) => reject(refusal(error, socketPath)))
    sent.end(body)
  })
}

/** Calls `changed` whenever something changed in the runtime; ends when the runtime does. */
export function followRuntime(changed: () => void, socket = usualSocket): Promise<void> {
  const socketPath = socket.replace(/^unix:\/\//, '')
  return new Promise((resolve) => {
    const sent = request({ socketPath, path: '/events', method: 'GET', agent: false }, (response) => {
      response.on('data', changed)
      response.on('close', () => resolve())
      response.on('error', () => resolve())
    })
    sent.on('error', () => resolve())
    sent.end()
  })
}

function refusal(error: Error, path: string): Error {
  if (error.message.startsWith('rpc error')) return error
  const code = 'code' in error ? String(error.code) : ''
  const reason = code === 'ECONNREFUSED' ? 'connection refused' : 'no such file or directory'
  return new Error(
    `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix ${path}: connect: ${reason}"`,
  )
}
