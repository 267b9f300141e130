import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import type { Guest } from './support/guest.ts'
import { findsNote, identity, leavesNote, succeeds } from './support/iknite.ts'
import { bareGuest, cutPower, instants, isWhole, makeFresh, staysWhole } from './support/killed-run.ts'
import { nodeMissing } from './support/node-rootfs.ts'

const describeNode = await requirement('the lab of nodes', nodeMissing)

const seed = 20260705

// Many cases each, on machines that may be busy.
vi.setConfig({ testTimeout: 300_000 })

let guest: Guest

describeNode('a power cut', () => {
  beforeAll(async () => {
    guest = await bareGuest()
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  beforeEach(() => makeFresh(guest))

  test('at whatever instant of a first start: the next start is ready', async () => {
    for (const after of instants(8, 2600, seed)) {
      await makeFresh(guest)
      await cutPower(guest, 'start', after)
      await succeeds(guest, 'start')
      await isWhole(guest, `a power cut at ${after} ms`)
    }
  })

  test('before there is a cluster, when OpenRC starts a kubelet that cannot run over and over', async () => {
    await guest.shell('cd /etc/runlevels/default && ln -s /etc/init.d/crio /etc/init.d/kubelet .')
    await guest.shell('openrc default; sleep 1')
    await succeeds(guest, 'start')
    await staysWhole(guest, 'such a boot')
    const programs = (await guest.processes()).map(({ args }) => args[0])
    expect(programs.filter((program) => program === 'supervise-daemon')).toHaveLength(1)
  })

  test('at whatever instant of a start after a stop: the next start has everything', async () => {
    await succeeds(guest, 'start')
    await leavesNote(guest)
    const before = await identity(guest)
    for (const after of instants(4, 2000, seed)) {
      await guest.reboot()
      await cutPower(guest, 'start', after)
      await succeeds(guest, 'start')
      await isWhole(guest, `a power cut at ${after} ms`)
      expect(await identity(guest)).toBe(before)
      await findsNote(guest)
    }
  })
})
