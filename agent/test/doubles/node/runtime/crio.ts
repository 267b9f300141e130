import { mkdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { readFaults, startFaults } from '../../control-plane/faults.ts'
import { log, messageOf, untilTold } from '../../control-plane/running.ts'
import { type RuntimeMethods, usualSocket } from './call.ts'
import { createContainers } from './containers.ts'
import { networkConfigured } from './network.ts'
import { findImage, listImages } from './storage.ts'

type Handlers = { [Name in keyof RuntimeMethods]: (input: RuntimeMethods[Name][0]) => unknown }

/**
 * The double of CRI-O. Containers are processes below `conmon` and stay when it ends. Its faults, beside the
 * usual: `hang` (accepts calls, never answers) and `notReady` (a message: RuntimeReady is false).
 */
export async function main(argv: string[]): Promise<number> {
  if (argv.includes('--version')) {
    process.stdout.write('crio version 1.36.0\n')
    return 0
  }
  const refused = await startFaults('crio')
  if (refused !== undefined) return refused
  const socket = usualSocket.replace('unix://', '')
  mkdirSync(dirname(socket), { recursive: true })
  rmSync(socket, { force: true })
  const listeners = new Set<ServerResponse>()
  const containers = createContainers(() => {
    for (const listener of listeners) listener.write('{}\n')
  })
  const handlers: Handlers = {
    info: () => {
      const problem = readFaults('crio')['notReady']
      return {
        runtimeReady: problem === undefined,
        networkReady: networkConfigured(),
        message: String(problem ?? ''),
      }
    },
    version: () => ({ version: '1.36.0' }),
    images: () => ({ images: listImages() }),
    pull: ({ image }) => {
      if (findImage(image)) return {}
      const host = image.split('/')[0]
      throw new Error(
        `unable to pull image or OCI artifact: pull image err: initializing source docker://${image}: pinging container registry ${host}: Get "https://${host}/v2/": dial tcp: lookup ${host}: no such host`,
      )
    },
    ...containers.handlers,
  }
  const server = createServer((request, response) => {
    if (request.url === '/events') {
      listeners.add(response)
      response.on('close', () => listeners.delete(response))
      response.write('{}\n')
      return
    }
    if (readFaults('crio')['hang'] === true) return
    void answer(handlers, request, response)
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  log('I', 'Starting CRI-O, version: 1.36.0')
  await untilTold()
  containers.close()
  rmSync(socket, { force: true })
  return 0
}

async function answer(handlers: Handlers, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = (request.url ?? '/').slice(1)
  try {
    const handler = (handlers as Record<string, ((input: unknown) => unknown) | undefined>)[method]
    if (!handler) throw new Error(`unknown method ${method}`)
    response.end(JSON.stringify(await handler(JSON.parse(await text(request)))))
  } catch (error) {
    log('E', `${method}: ${messageOf(error)}`)
    response.statusCode = 500
    response.end(messageOf(error))
  }
}
