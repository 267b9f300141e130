import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from './connect.ts'

let proxy: Server
const asked: number[] = []
const limits = { backoff: 1000 }

beforeEach(async () => {
  asked.length = 0
  proxy = createServer()
  // A proxy that leads nowhere: nothing of this test reaches GitHub.
  proxy.on('connect', (_, socket) => {
    asked.push(performance.now())
    socket.on('error', () => {})
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
})

afterEach(() => new Promise((resolve) => proxy.close(resolve)))

/** The time between two writes to an API that cannot be reached, in milliseconds. */
async function distance(apiUrl: string): Promise<number> {
  const { port } = proxy.address() as AddressInfo
  await using connection = connect({
    apiUrl,
    token: 'x',
    limits,
    env: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
  })
  for (let count = 0; count < 2; count++) {
    const asking = connection.octokit.request('DELETE /repos/a/b/releases/assets/1', {
      request: { retries: 0 },
    })
    await expect(asking).rejects.toMatchObject({ status: 500 })
  }
  expect(asked).toHaveLength(2)
  return (asked[1] ?? 0) - (asked[0] ?? 0)
}

test('a second lies between two writes on github.com, as its rules ask for', async () => {
  expect(await distance('https://api.github.com')).toBeGreaterThan(500)
})

test('an Enterprise Server is not made to wait for limits that it has not', async () => {
  expect(await distance('https://git.example/api/v3')).toBeLessThan(500)
})

test('an interrupt ends a request that only reads without another try', async () => {
  const controller = new AbortController()
  proxy.removeAllListeners('connect')
  proxy.on('connect', (_, socket) => {
    asked.push(performance.now())
    socket.on('error', () => {})
    setTimeout(() => {
      controller.abort(new Error('stop'))
      socket.destroy()
    }, 50)
  })
  const { port } = proxy.address() as AddressInfo
  const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` }
  await using connection = connect({ apiUrl: 'https://git.example/api/v3', token: 'x', limits, env })
  const request = { signal: controller.signal }
  await expect(connection.octokit.request('GET /x', { request })).rejects.toThrow('aborted')
  expect(asked).toHaveLength(1)
})

test('a proxy variable that is no URL is a mistake of whoever set it', () => {
  const env = { HTTPS_PROXY: 'not a url' }
  expect(() => connect({ apiUrl: 'https://api.github.com', token: 'x', limits, env })).toThrow(
    expect.objectContaining({ code: 'USAGE' }),
  )
})
