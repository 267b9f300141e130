import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import * as z from 'zod'
import { issue } from '../../test/doubles/x509.ts'
import { type ApiClient, type ApiClientOptions, apiClient, type Credentials } from './api-client.ts'
import { type Reply, sendStatus, type TestServer, testServer } from './api-server.fixture.ts'
import { admin, apiserver, authority, stranger } from './kubeconfig.fixture.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function serve(replies: Readonly<Record<string, Reply>>, identity = apiserver): Promise<TestServer> {
  const server = await testServer(replies, identity)
  open.push(server)
  return server
}

function clientOf(
  server: string,
  parts: Partial<Credentials> = {},
  options: Partial<ApiClientOptions> = {},
): ApiClient {
  const client = apiClient(
    { server, authority: authority.certificate, certificate: admin.certificate, key: admin.key, ...parts },
    { signal: new AbortController().signal, timeLimit: 3000, ...options },
  )
  open.push(client)
  return client
}

test('get gives what the schema takes, with the client certificate of the kubeconfig', async () => {
  const { server, seen } = await serve({ '/version': { gitVersion: 'v1.35.0' } })
  expect(await clientOf(server).get('/version', z.object({ gitVersion: z.string() }))).toEqual({
    gitVersion: 'v1.35.0',
  })
  expect(seen).toMatchObject([{ method: 'GET', client: 'kubernetes-admin' }])
})

test('a list is fetched in parts', async () => {
  const { server, seen } = await serve({
    '/l': ({ url }: { url: string }, response: { end(text: string): void }) =>
      response.end(
        url.includes('continue=next')
          ? '{"metadata":{},"items":[3]}'
          : '{"metadata":{"continue":"next"},"items":[1,2]}',
      ),
  })
  expect(await clientOf(server).list('/l', z.number())).toEqual([1, 2, 3])
  expect(seen.map(({ url }) => url)).toEqual(['/l?limit=500', '/l?limit=500&continue=next'])
})

test('a list of null is a list of nothing', async () => {
  const { server } = await serve({ '/l': { items: null } })
  expect(await clientOf(server).list('/l', z.number())).toEqual([])
})

test('patches and posts carry their type, their manager and their body', async () => {
  const { server, seen } = await serve({ '/p': {} })
  const client = clientOf(server)
  await client.patch('/p', 'merge', { a: 'é' })
  await client.patch('/p', 'apply', { b: 1 })
  await client.post('/p', { c: 1 })
  expect(seen).toMatchObject([
    {
      method: 'PATCH',
      type: 'application/merge-patch+json',
      body: '{"a":"é"}',
      url: '/p?fieldManager=iknite',
    },
    { method: 'PATCH', type: 'application/apply-patch+yaml', url: '/p?fieldManager=iknite&force=true' },
    { method: 'POST', type: 'application/json', body: '{"c":1}' },
  ])
})

test('what is not there is undefined for find, and an error for get', async () => {
  const { server } = await serve({})
  const client = clientOf(server)
  expect(await client.find('/none', z.unknown())).toBeUndefined()
  await expect(client.get('/none', z.unknown())).rejects.toMatchObject({
    code: 'API_FAILED',
    status: 404,
    reason: 'NotFound',
  })
})

test.each([
  [401, 'Unauthorized', 'renews'],
  [403, 'Forbidden', 'renews'],
  [500, 'InternalError', 'logs'],
])('an answer of %i is an error with status, reason and message', async (status, reason, hint) => {
  const { server } = await serve({
    '/x': (_: unknown, response: never) => sendStatus(response, status, reason, 'it is so'),
  })
  await expect(clientOf(server).find('/x', z.unknown())).rejects.toMatchObject({
    code: 'API_FAILED',
    status,
    reason,
    isDown: false,
    message: `the API server refused GET /x: it is so (${status})`,
    hint: expect.stringContaining(hint),
  })
})

test('an answer of another program is shown as one line without control characters', async () => {
  const { server } = await serve({
    '/x': (_: unknown, response: { statusCode: number; end(text: string): void }) => {
      response.statusCode = 502
      response.end('\u001b[31mBad\u0007 gateway\nmore')
    },
  })
  const error = await clientOf(server)
    .get('/x', z.unknown())
    .catch((reason: unknown) => reason)
  expect(error).toMatchObject({ status: 502, reason: 'HTTP 502' })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: They are what must not be there.
  expect(String(error)).not.toMatch(/[\u0000-\u001f]/)
})

test.each([
  ['no JSON', '<html>'],
  ['another shape', '{"items":{"a":1}}'],
  ['nothing', ''],
])('an answer of %s is an error of that request', async (_title, body) => {
  const { server } = await serve({
    '/l': (_: unknown, response: { end(text: string): void }) => response.end(body),
  })
  await expect(clientOf(server).list('/l', z.number())).rejects.toMatchObject({
    code: 'API_FAILED',
    reason: 'Misunderstood',
    message: expect.stringContaining('GET /l'),
  })
})

test('a server of another authority gets no request', async () => {
  const identity = issue(stranger, { commonName: 'x', addresses: ['127.0.0.1'], usages: ['server'] })
  const { server, seen } = await serve({ '/version': {} }, identity)
  await expect(clientOf(server).get('/version', z.unknown())).rejects.toMatchObject({
    code: 'API_FAILED',
    isDown: true,
  })
  expect(seen).toEqual([])
})

test('a server whose certificate has another address gets no request', async () => {
  const identity = issue(authority, {
    commonName: '127.0.0.1',
    addresses: ['192.168.99.2'],
    usages: ['server'],
  })
  const { server, seen } = await serve({ '/version': {} }, identity)
  await expect(clientOf(server).get('/version', z.unknown())).rejects.toMatchObject({
    code: 'API_FAILED',
    isDown: true,
  })
  expect(seen).toEqual([])
})

test('a client certificate of another authority is none for the server', async () => {
  const { server, seen } = await serve({ '/version': {} })
  const other = issue(stranger, { commonName: 'kubernetes-admin', usages: ['client'] })
  await clientOf(server, { certificate: other.certificate, key: other.key }).get('/version', z.unknown())
  expect(seen).toMatchObject([{ client: undefined }])
})

test('a server that hangs costs the time limit and no more', async () => {
  const { server } = await serve({ '/hang': () => undefined })
  const before = Date.now()
  await expect(clientOf(server, {}, { timeLimit: 200 }).get('/hang', z.unknown())).rejects.toMatchObject({
    reason: 'Timeout',
    isDown: true,
    message: expect.stringContaining('within 0.2 s'),
  })
  expect(Date.now() - before).toBeLessThan(1500)
})

test('a server that drips its answer costs the time limit and no more', async () => {
  const { server } = await serve({
    '/drip': (
      _: unknown,
      response: { write(text: string): void; on(name: string, action: () => void): void },
    ) => {
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    },
  })
  await expect(clientOf(server, {}, { timeLimit: 300 }).get('/drip', z.unknown())).rejects.toMatchObject({
    reason: 'Timeout',
  })
})

test.each(['content-length', 'chunked'])(
  'an answer that is cut off (%s) is not taken for whole',
  async (kind) => {
    const { server } = await serve({
      '/cut': (
        _: unknown,
        response: {
          setHeader(name: string, value: string): void
          write(text: string): void
          socket: { end(): void }
        },
      ) => {
        if (kind === 'content-length') response.setHeader('content-length', '100')
        response.write('{"items":[1')
        setTimeout(() => response.socket.end(), 50)
      },
    })
    await expect(clientOf(server).list('/cut', z.number())).rejects.toMatchObject({
      code: 'API_FAILED',
      isDown: true,
    })
  },
)

test('an answer without end is cut at the size limit', async () => {
  const { server } = await serve({
    '/much': (
      _: unknown,
      response: { write(text: string): boolean; on(name: string, action: () => void): void },
    ) => {
      const timer = setInterval(() => response.write('x'.repeat(256 * 1024)), 1)
      response.on('close', () => clearInterval(timer))
    },
  })
  const client = clientOf(server, {}, { sizeLimit: 1024 * 1024 })
  await expect(client.get('/much', z.unknown())).rejects.toMatchObject({ reason: 'TooLarge' })
})

test('a port where nobody listens is told from a server that answers', async () => {
  const { server, close } = await testServer({})
  await close()
  await expect(clientOf(server).get('/version', z.unknown())).rejects.toMatchObject({
    reason: 'ECONNREFUSED',
    isDown: true,
    hint: expect.stringContaining('iknite start'),
  })
})

test('a port that speaks no TLS is down', async () => {
  const plain = createServer((socket) => void socket.end('220 smtp ready\r\n'))
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  open.push(plain)
  const { port } = plain.address() as { port: number }
  await expect(clientOf(`https://127.0.0.1:${port}`).get('/', z.unknown())).rejects.toMatchObject({
    isDown: true,
  })
})

test('the signal of the run ends a request that waits', async () => {
  const { server } = await serve({ '/hang': () => undefined })
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 50)
  const getting = clientOf(server, {}, { signal: controller.signal }).get('/hang', z.unknown())
  await expect(getting).rejects.toMatchObject({ reason: 'Interrupted' })
})
