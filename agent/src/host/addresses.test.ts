import { expect, test } from 'vitest'
import { listAddresses } from './addresses.ts'
import { fakeHost } from './fake-host.fixture.ts'

const answer = JSON.stringify([
  { ifindex: 1, ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8 }] },
  {
    ifindex: 2,
    ifname: 'eth0',
    flags: ['NO-CARRIER', 'UP'],
    addr_info: [
      { family: 'inet', local: '172.20.0.2', prefixlen: 20, scope: 'global', label: 'eth0' },
      { family: 'inet', local: '192.168.99.2', prefixlen: 24, label: 'eth0:1' },
      { family: 'inet6', local: 'fe80::1', prefixlen: 64 },
    ],
  },
  { ifindex: 3, ifname: 'cni0', addr_info: [] },
])

test('every address is listed with its interface, whether that has a carrier or not', async () => {
  const host = fakeHost({ programs: { ip: { stdout: answer } } })
  expect(await listAddresses(host.run)).toEqual([
    { interface: 'lo', address: '127.0.0.1', prefix: 8 },
    { interface: 'eth0', address: '172.20.0.2', prefix: 20 },
    { interface: 'eth0', address: '192.168.99.2', prefix: 24 },
    { interface: 'eth0', address: 'fe80::1', prefix: 64 },
  ])
})

test.each([
  ['busybox', { status: 1, stderr: 'ip: invalid option -- json' }],
  ['half an answer', { stdout: answer.slice(0, 50) }],
  ['another shape', { stdout: '[{"name":"lo"}]' }],
  ['nothing', { stdout: '' }],
])('%s is an error that names iproute2', async (_title, result) => {
  const host = fakeHost({ programs: { ip: result } })
  await expect(listAddresses(host.run)).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    hint: expect.stringContaining('iproute2'),
  })
})
