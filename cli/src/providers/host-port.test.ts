import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { isPortTaken, whoHasPort } from './host-port.ts'

test.each(['127.0.0.1', '0.0.0.0'])(
  'a port that somebody listens on at %s is taken, until the end',
  async (host) => {
    const server = createServer().listen(0, host)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await isPortTaken(port)).toBe(true)
    server.close()
    await once(server, 'close')
    expect(await isPortTaken(port)).toBe(false)
  },
)

test('what says who has a port is a program of the platform', () => {
  expect(whoHasPort(6443, 'win32')).toContain('netstat -ano | findstr :6443')
  expect(whoHasPort(6443, 'darwin')).toContain('lsof')
  expect(whoHasPort(6443, 'linux')).toContain('ss ')
})
