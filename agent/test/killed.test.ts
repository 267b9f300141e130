import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { sweepOf } from '../../pipeline/test/support/sweep.ts'
import { initParts } from './doubles/node/kubeadm/init.ts'
import type { Guest } from './support/guest.ts'
import { findsNote, identity, iknite, leavesNote, succeeds } from './support/iknite.ts'
import { bareGuest, makeFresh, staysWhole } from './support/killed-run.ts'
import { writeFaults } from './support/node-guest.ts'
import { nodeMissing } from './support/node-rootfs.ts'

const describeNode = await requirement('the lab of nodes', nodeMissing)

/** Parts that write files of which half may be there. */
const writing = initParts.filter((part) =>
  /^(certs|kubeconfig|etcd|control-plane|kubelet-\w+)(\/|$)/.test(part),
)

// Many cases each, on machines that may be busy.
vi.setConfig({ testTimeout: 300_000 })

let guest: Guest

describeNode('a kubeadm that is killed at its init', () => {
  beforeAll(async () => {
    guest = await bareGuest()
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  beforeEach(() => makeFresh(guest))

  // The end of a part is the beginning of the next.
  test('at the beginning of whatever part: each start gets past where the last one died', async () => {
    await sweep(initParts, { kill: true })
    await succeeds(guest, 'start')
    await staysWhole(guest, 'the sweep')
  })

  test('with half of whatever file written', async () => {
    await sweep(writing, { half: true })
    await succeeds(guest, 'start')
    await staysWhole(guest, 'the sweep')
  })

  test('when all is done: the next start does it again', async () => {
    await sweep(['show-join-command'], { kill: true, end: true })
    await succeeds(guest, 'start')
    await staysWhole(guest, 'the kill')
  })

  test('when it completes a cluster from kept data, these are there in the end', async () => {
    await succeeds(guest, 'start')
    await leavesNote(guest)
    const before = await identity(guest)
    await succeeds(guest, 'reset --keep-data')
    const kept = ['certs/ca', 'certs/front-proxy-ca', 'certs/etcd-ca', 'certs/sa', 'kubeconfig/super-admin']
    await sweep(
      writing.filter((part) => !kept.includes(part) && !part.startsWith('kubelet-finalize')),
      { half: true },
    )
    await succeeds(guest, 'start')
    expect(await identity(guest)).toBe(before)
    await findsNote(guest)
    await staysWhole(guest, 'the sweep')
  })

  test('when it makes a cluster from data of which nothing else is known, these are there in the end', async () => {
    await succeeds(guest, 'start')
    await leavesNote(guest)
    const before = await identity(guest)
    await succeeds(guest, 'stop')
    await guest.shell('rm /var/lib/kaweezle/iknite/cluster.json')
    await sweep(['certs/etcd-server', 'kubeconfig/admin', 'etcd/local', 'kubelet-start'], { half: true })
    await sweep(['wait-control-plane', 'bootstrap-token', 'addon/kube-proxy'], { kill: true })
    await succeeds(guest, 'start')
    expect(await identity(guest)).toBe(before)
    await findsNote(guest)
    await staysWhole(guest, 'the sweep')
  })

  test.each(['control-plane/apiserver', 'upload-config/kubeadm'])(
    'when it hangs at %s: status 5 in time, and the next start is ready',
    async (part) => {
      await writeFaults(guest, { kubeadm: { [part]: { hang: true } } })
      const { status, stderr, milliseconds } = await iknite(guest, 'start --wait 12')
      expect(status, stderr).toBe(5)
      expect(stderr).toContain('timed out waiting for kubeadm init')
      expect(milliseconds).toBeGreaterThan(11_900)
      expect(milliseconds).toBeLessThan(18_000)
      expect((await guest.processes()).filter(({ args }) => args.includes('kubeadm'))).toEqual([])
      await writeFaults(guest, {})
      await succeeds(guest, 'start')
      await staysWhole(guest, 'the hang')
    },
  )
})

/**
 * Starts that are killed, each at another of some parts. What one start does not take away of what the one before
 * left stays until the last, which has to be ready.
 */
async function sweep(parts: readonly string[], fault: object): Promise<void> {
  const counts = '/var/lib/kube-doubles/fired.json'
  const faulty = sweepOf(parts, 3)
  await guest.shell(`rm -f ${counts}`)
  await writeFaults(guest, {
    kubeadm: Object.fromEntries(faulty.map((part) => [part, { ...fault, times: 1 }])),
  })
  let at = 'nothing'
  for (const seen = new Set<string>(); seen.size < faulty.length; seen.add(at)) {
    const { status, stderr } = await iknite(guest, 'start')
    expect(status, `a start after a kill at ${at}\n${stderr}`).toBe(1)
    expect(stderr, at).toMatch(/kubeadm init .*?was killed \(SIGKILL\)/)
    const fired = Object.keys(JSON.parse(await guest.readFile(counts)))
    expect(fired, `a kill after that at ${at}`).toHaveLength(seen.size + 1)
    at = fired.find((part) => !seen.has(part)) ?? ''
  }
}
