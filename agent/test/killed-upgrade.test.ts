import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import type { Guest } from './support/guest.ts'
import { findsNote, identity, iknite, kubectl, leavesNote, succeeds } from './support/iknite.ts'
import { bareGuest, cutPower, instants, isWhole, killedRun, makeFresh } from './support/killed-run.ts'
import { writeFaults } from './support/node-guest.ts'
import { nodeMissing } from './support/node-rootfs.ts'

const describeNode = await requirement('the lab of nodes', nodeMissing)

const seed = 20260706
const saved = '/root/saved'

// Many cases each, on machines that may be busy.
vi.setConfig({ testTimeout: 300_000 })

let guest: Guest
let authorities: string

describeNode('an upgrade that is cut short', () => {
  beforeAll(async () => {
    guest = await bareGuest()
    await succeeds(guest, 'start')
    await leavesNote(guest)
    authorities = await identity(guest)
    await succeeds(guest, 'stop')
    await guest.shell(`
      cp -a /var/lib/kaweezle ${saved}
      for program in kubeadm kubelet; do echo v1.37.0 >/usr/lib/kube-doubles/$program.version; done
      sed -i '/^P:kube\\(adm\\|let\\)$/,/^$/s/^V:.*/V:1.37.0-r0/' /lib/apk/db/installed
    `)
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  /** The data of the old version under the new packages. */
  async function setBack(): Promise<void> {
    await makeFresh(guest)
    await guest.shell(`cp -a ${saved} /var/lib/kaweezle`)
  }

  beforeEach(setBack)

  test('by a kill of kubeadm at whatever step: each start goes on', async () => {
    const steps = ['control-plane', 'upload-config', 'kubelet-config', 'addon'].map(
      (step) => `upgrade/${step}`,
    )
    for (const step of ['upgrade', ...steps]) {
      await writeFaults(guest, { kubeadm: { [step]: { kill: true, end: step === 'upgrade/addon' } } })
      const { status, stderr } = await iknite(guest, 'start')
      expect(status, `${step}\n${stderr}`).toBe(1)
      expect(stderr, step).toContain('kubeadm upgrade apply v1.37.0 was killed (SIGKILL)')
    }
    await writeFaults(guest, {})
    await succeeds(guest, 'start')
    await isUpgraded('the last kill')
  })

  test('by a power cut or a kill at whatever instant: the next start finishes it', async () => {
    const { milliseconds } = await succeeds(guest, 'start')
    await isUpgraded('nothing')
    for (const [index, after] of instants(6, milliseconds, seed).entries()) {
      await setBack()
      if (index % 2 === 0) await cutPower(guest, 'start', after)
      else await killedRun(guest, 'start', { after })
      await succeeds(guest, 'start')
      await isUpgraded(`an end at ${after} ms`)
    }
  })
})

async function isUpgraded(after: string): Promise<void> {
  await isWhole(guest, after)
  const configuration = await kubectl(guest, 'get configmap kubeadm-config -n kube-system -o yaml')
  expect(configuration, after).toContain('v1.37.0')
  expect(await guest.shell('grep -h image: /etc/kubernetes/manifests/kube-*.yaml'), after).not.toContain(
    '1.36',
  )
  expect(await guest.readFile('/var/lib/kaweezle/iknite/cluster.json'), after).toContain('"1.37.0"')
  expect(await kubectl(guest, 'get node kaweezle -o jsonpath={.status.nodeInfo.kubeletVersion}'), after).toBe(
    'v1.37.0',
  )
  expect(await identity(guest), after).toBe(authorities)
  await findsNote(guest)
}
