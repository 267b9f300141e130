import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import type { Guest } from './support/guest.ts'
import { findsNote, identity, kubectl, leavesNote, succeeds } from './support/iknite.ts'
import { bareGuest, instants, isWhole, killedRun, makeFresh, staysWhole } from './support/killed-run.ts'
import { nodeMissing } from './support/node-rootfs.ts'

const describeNode = await requirement('the lab of nodes', nodeMissing)

const seed = 20260704

// Many cases each, on machines that may be busy.
vi.setConfig({ testTimeout: 300_000 })

let guest: Guest

describeNode('an iknite that is killed with all that it runs', () => {
  beforeAll(async () => {
    guest = await bareGuest()
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  beforeEach(() => makeFresh(guest))

  test('at whatever instant of a first start: the next start is ready', async () => {
    const { milliseconds } = await succeeds(guest, 'start')
    const killed: number[] = []
    const moments = instants(15, milliseconds, seed)
    for (const after of moments) {
      await makeFresh(guest)
      const { status, stderr } = await killedRun(guest, 'start', { after })
      if (status !== 0) expect(status, `a run of ${after} ms\n${stderr}`).toBe(137)
      if (status === 137) killed.push(after)
      await succeeds(guest, 'start')
      await isWhole(guest, `a kill at ${after} ms`)
    }
    // The machine may have been much slower when the time was measured.
    expect(killed.length).toBeGreaterThanOrEqual(moments.length / 4)
    await staysWhole(guest, 'all of them')
  })

  test('when the record of a first start is written, and its journal not yet removed', async () => {
    await succeeds(guest, 'start')
    await guest.writeFile('/var/lib/kaweezle/iknite/init.json', '{"version":1,"keepsData":false}\n')
    await succeeds(guest, 'start')
    await staysWhole(guest, 'such a kill')
  })

  test('at whatever instant of a start at another address', async () => {
    await succeeds(guest, 'start --advertise-address outer')
    await leavesNote(guest)
    const before = await identity(guest)
    for (const [index, after] of instants(5, 3500, seed).entries()) {
      const address = `172.21.7.${index + 3}`
      await guest.setAddress(`${address}/20`)
      await killedRun(guest, 'start', { after })
      await succeeds(guest, 'start')
      const what = `a kill at ${after} ms`
      await isWhole(guest, what)
      expect(await identity(guest), what).toBe(before)
      await findsNote(guest)
      expect(await kubectl(guest, 'get node kaweezle -o jsonpath={.status.addresses}'), what).toContain(
        address,
      )
      expect(await kubectl(guest, 'get configmap kube-proxy -n kube-system -o yaml'), what).toContain(address)
    }
  })

  test.each(['stop', 'reset --keep-data'])(
    'at whatever instant of a %s: a start has everything again',
    async (command) => {
      await succeeds(guest, 'start')
      await leavesNote(guest)
      const before = await identity(guest)
      for (const after of instants(5, 1200, seed)) {
        await killedRun(guest, command, { after })
        await succeeds(guest, 'start')
        await isWhole(guest, `a kill at ${after} ms`)
        expect(await identity(guest), `a kill at ${after} ms`).toBe(before)
        await findsNote(guest)
      }
    },
  )

  test('a stop that is killed is finished by the next', async () => {
    await succeeds(guest, 'start')
    for (const after of instants(4, 1000, seed)) await killedRun(guest, 'stop', { after })
    await succeeds(guest, 'stop')
    expect(await guest.processes()).toEqual([])
    expect(await guest.mounts()).toEqual([])
    expect(await guest.links()).toEqual([])
  })
})

describeNode('an iknite that is asked to end', () => {
  beforeAll(async () => {
    guest = await bareGuest()
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test.each(['TERM', 'INT'] as const)('by SIG%s: status 130, nothing that it ran is left', async (signal) => {
    await makeFresh(guest)
    for (const after of instants(5, 2200, seed + signal.length).slice(signal === 'INT' ? 1 : 0)) {
      const { status, stderr, milliseconds } = await killedRun(guest, 'start', { after, signal })
      const what = `SIG${signal} at ${after} ms\n${stderr}`
      if (status === 0) continue
      expect(status, what).toBe(130)
      expect(stderr, what).toContain(`interrupted by SIG${signal}`)
      expect(milliseconds - after, what).toBeLessThan(3000)
      const left = (await guest.processes()).map(({ args }) => args.join(' '))
      expect(
        left.filter((line) => /iknite|kubeadm|kubectl|openrc|rc-service|crictl/.test(line)),
        what,
      ).toEqual([])
    }
    await succeeds(guest, 'start')
    await staysWhole(guest, `SIG${signal}`)
  })
})
