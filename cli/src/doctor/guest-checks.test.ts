import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cgroupsOf, clockOf, dnsOf } from './guest-checks.ts'
import { guestScript, parseGuestFacts } from './guest-script.ts'

const at = Date.UTC(2026, 10, 27)

test('clocks that agree are never blamed, however long the call took and whenever the guest looked', () => {
  const span = fc.tuple(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 30_000 }))
  fc.assert(
    fc.property(span, fc.integer({ min: 0, max: 999 }), ([until, more], part) => {
      const before = at + part
      const clock = Math.floor((before + until) / 1000)
      const found = clockOf({ clock }, { before, after: before + until + more, provider: 'wsl' })
      expect(found.verdict).toBe('pass')
    }),
  )
})

test.each([
  [-3700, 'fail', '1 h 1 min behind'],
  [-30, 'warn', '29 s behind'],
  [-1, 'pass', 'agrees'],
  [2, 'pass', 'agrees'],
  [4, 'warn', '4 s ahead of'],
  [61, 'fail', '1 min 1 s ahead of'],
])('a clock that differs by %d s is a %s', (seconds, verdict, words) => {
  const facts = { clock: at / 1000 + seconds }
  const found = clockOf(facts, { before: at, after: at, provider: 'docker' })
  expect(found).toMatchObject({ verdict, message: expect.stringContaining(words) })
})

test.each([
  ['127.0.0.53', 'warn'],
  ['::1', 'warn'],
  ['10.255.255.254', 'pass'],
  ['fe80::1%eth0', 'pass'],
])('the name server %s is a %s', (address, verdict) => {
  expect(dnsOf({ nameServers: [address], resolves: undefined }, 'wsl')).toMatchObject({ verdict })
})

test('control groups of version 1 are told where nothing else does', () => {
  const cgroups = { version: 1, controllers: ['cpu', 'cpuacct', 'memory', 'pids'] } as const
  expect(cgroupsOf({ cgroups }, 'wsl')).toMatchObject({ verdict: 'warn' })
  expect(cgroupsOf({ cgroups }, 'docker')).toMatchObject({ verdict: 'pass' })
  expect(cgroupsOf({ cgroups: { version: 'none', controllers: [] } }, 'wsl')).toMatchObject({
    verdict: 'pass',
  })
})

test('the lines of version 1 and of odd name servers are read', () => {
  const text = `clock 1795737600
nameserver 10.0.0.1 # the router
nameserver 10.0.0.2;x
cgroup1 rw,nosuid,cpu,cpuacct
cgroup1 rw,memory
resolves no
`
  expect(parseGuestFacts(text)).toEqual({
    clock: 1_795_737_600,
    nameServers: ['10.0.0.1', '10.0.0.2'],
    hasData: false,
    cgroups: { version: 1, controllers: ['rw', 'nosuid', 'cpu', 'cpuacct', 'rw', 'memory'] },
    resolves: false,
  })
  expect(parseGuestFacts('sh: date: not found\nclock \n')).toBeUndefined()
})

test.skipIf(process.platform !== 'linux')('the script tells the time on any Linux', () => {
  const said = execFileSync('/bin/sh', ['-c', guestScript, 'sh', ''], { encoding: 'utf8' })
  const facts = parseGuestFacts(said)
  expect(Math.abs((facts?.clock ?? 0) - Date.now() / 1000)).toBeLessThan(10)
  expect(facts?.resolves).toBeUndefined()
})
