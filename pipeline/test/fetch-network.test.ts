import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openMirror } from '../src/fetch/mirror.ts'
import { type Answer, serve, startServer } from './support/fault-server.ts'
import { failureOf, newWorld, sha256Of } from './support/fetch-world.ts'

const content = Buffer.from('content')
const file = {
  path: 'a folder/file+1~2.apk',
  label: 'the file',
  sha256: sha256Of(content),
  size: content.length,
}
const right = serve(content)

const to =
  (location: string): Answer =>
  (response) =>
    response.writeHead(302, { location }).end()

/** That URL with a user name and a password. */
const withSecret = (url: string) => url.replace('//', '//user:secr%40t@')
const basic = `Basic ${Buffer.from('user:secr@t').toString('base64')}`

describe('credentials in the URL of a mirror', () => {
  test('are sent to it, and follow a redirect that stays there', async () => {
    await using world = await newWorld()
    await using server = await startServer((...args) => (args[2] === 1 ? to('/elsewhere') : right)(...args))
    const source = await openMirror(withSecret(server.url), {})
    await world.fetcher().fetchBlob({ source, ...file })
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([basic, basic])
    expect(server.requests[0]?.url).toBe('/a%20folder/file%2B1~2.apk')
  })

  test.each(['127.0.0.1', 'localhost'])('are not sent to another origin at %s', async (host) => {
    await using world = await newWorld()
    await using other = await startServer(right)
    await using server = await startServer(to(`http://${host}:${other.port}/file`))
    const source = await openMirror(withSecret(server.url), {})
    await world.fetcher().fetchBlob({ source, ...file })
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([basic])
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  test('are not sent to what looks like a host at the beginning of a path', async () => {
    await using world = await newWorld()
    await using other = await startServer(right)
    await using server = await startServer((...args) =>
      (args[2] === 1 ? to(`${server.url}//127.0.0.1:${other.port}/file`) : right)(...args),
    )
    const source = await openMirror(withSecret(server.url), {})
    await world.fetcher().fetchBlob({ source, ...file })
    expect(other.requests).toEqual([])
    expect(server.requests[1]?.url).toBe(`//127.0.0.1:${other.port}/file`)
  })

  test('are sent as they are when they hold a stray percent sign', async () => {
    await using world = await newWorld()
    await using server = await startServer(right)
    const source = await openMirror(server.url.replace('//', '//user:100%@'), {})
    await world.fetcher().fetchBlob({ source, ...file })
    const expected = `Basic ${Buffer.from('user:100%').toString('base64')}`
    expect(server.requests[0]?.headers.authorization).toBe(expected)
  })

  test('are not sent again when another origin redirects back', async () => {
    await using world = await newWorld()
    let back = ''
    await using other = await startServer((...args) => to(back)(...args))
    await using server = await startServer((...args) =>
      (args[2] === 1 ? to(`${other.url}/file`) : right)(...args),
    )
    back = withSecret(`${server.url}/file`)
    const source = await openMirror(withSecret(server.url), {})
    await world.fetcher().fetchBlob({ source, ...file })
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([basic, undefined])
  })

  test.each([
    [404, 'SOURCE_MISSING'],
    [500, 'SOURCE_UNREACHABLE'],
    [403, 'SOURCE_UNREACHABLE'],
  ])('are in no message, whatever goes wrong (%i)', async (code, expected) => {
    await using world = await newWorld()
    await using server = await startServer((response) => response.writeHead(code).end())
    const source = await openMirror(`${withSecret(server.url)}/?token=secr%40t`, {})
    const fetching = world.fetcher().fetchBlob({ source, ...file })
    const shown: string[] = []
    fetching.catch((error: Error) => shown.push(error.message, String(error.stack)))
    expect(await failureOf(fetching)).toBe(expected)
    shown.push(source.name, JSON.stringify(world.events))
    expect(shown.join('\n')).toContain(`127.0.0.1:${server.port}`)
    expect(shown.join('\n')).not.toMatch(/secr|user:/)
    expect(server.requests[0]?.url).toContain('?token=secr%40t')
  })
})

test.each([
  [20, undefined],
  [21, 'SOURCE_UNREACHABLE'],
])('a chain of %i redirects ends with %s', async (length, failure) => {
  await using world = await newWorld()
  await using server = await startServer((...args) =>
    (args[2] <= length ? to(`/${args[2]}`) : right)(...args),
  )
  const source = await openMirror(server.url, {})
  expect(await failureOf(world.fetcher().fetchBlob({ source, ...file }))).toBe(failure)
})

test('control characters of a server reach no message', async () => {
  await using world = await newWorld()
  await using server = await startServer(to('ftp://host/\u009b31mred'))
  const source = await openMirror(server.url, {})
  const error = await world
    .fetcher()
    .fetchBlob({ source, ...file })
    .catch(String)
  expect(error).toContain('31mred')
  expect(error).not.toMatch(/\p{Cc}/u)
})

describe('the proxy variables', () => {
  test.each(['HTTP_PROXY', 'http_proxy'])('%s is honoured', async (name) => {
    await using world = await newWorld()
    await using proxy = await startServer(right)
    const source = await openMirror('http://mirror.invalid/alpine', { [name]: proxy.url })
    await world.fetcher().fetchBlob({ source, ...file })
    expect(proxy.requests[0]?.url).toBe('http://mirror.invalid/alpine/a%20folder/file%2B1~2.apk')
  })

  test('NO_PROXY is honoured', async () => {
    await using world = await newWorld()
    await using proxy = await startServer(right)
    await using server = await startServer(right)
    const source = await openMirror(server.url, { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' })
    await world.fetcher().fetchBlob({ source, ...file })
    expect([proxy.requests.length, server.requests.length]).toEqual([0, 1])
  })

  test('HTTPS_PROXY is asked for a tunnel, and its refusal is reported', async () => {
    await using world = await newWorld()
    const asked: string[] = []
    const proxy = createServer((socket) => {
      socket.once('data', (data) => {
        asked.push(data.toString('latin1').split('\r\n')[0] ?? '')
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
      })
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const { port } = proxy.address() as AddressInfo
    const source = await openMirror('https://mirror.invalid/', { HTTPS_PROXY: `http://127.0.0.1:${port}` })
    expect(await failureOf(world.fetcher().fetchBlob({ source, ...file }))).toBe('SOURCE_UNREACHABLE')
    expect(asked).toEqual(['CONNECT mirror.invalid:443 HTTP/1.1'])
    proxy.close()
  })

  test('one that is no URL is an error that names it', async () => {
    await expect(openMirror('http://mirror.invalid/', { HTTP_PROXY: 'http://' })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('HTTP_PROXY'),
    })
  })
})
