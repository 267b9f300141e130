import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { connectDocker } from './docker-connection.ts'

afterEach(() => vi.unstubAllEnvs())

test.each([
  [
    'a socket that is not there',
    'unix:///nowhere/docker.sock',
    /No Docker daemon answers at unix:\/\/\/nowhere/,
    /Start Docker/,
  ],
  [
    'a port that nobody listens on',
    'tcp://127.0.0.1:1',
    /No Docker daemon answers at tcp:\/\/127.0.0.1:1/,
    /Start Docker/,
  ],
  ['a file that is no socket', 'unix:///etc/passwd', /Docker daemon/, /--engine namespace/],
  ['an address that is none', 'tcp://:::', /cannot be used: DOCKER_HOST/, /Check DOCKER_HOST/],
])('%s is an unavailable engine', async (_title, address, message, hint) => {
  vi.stubEnv('DOCKER_HOST', address)
  await expect(connectDocker()).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  })
})

test.each([
  ['refuses', 500, '{"message":"out of order"}', /out of order/],
  ['is another program', 200, '<html>', /cannot be used/],
])('a server that %s is an unavailable engine', async (_title, status, body, message) => {
  const server = createServer((_request, response) => response.writeHead(status).end(body)).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const address = server.address()
  vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
  await expect(connectDocker()).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringMatching(message),
  })
  server.closeAllConnections()
  server.close()
})
