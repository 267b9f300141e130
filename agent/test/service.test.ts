import { afterAll, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { type Guest, startGuest } from './support/guest.ts'
import { findsNote, identity, iknite, kubectl, leavesNote, succeeds } from './support/iknite.ts'
import { eventually } from './support/node-guest.ts'
import { nodeMissing, nodeRootfs } from './support/node-rootfs.ts'

const describeNode = await requirement('the lab of nodes', nodeMissing)

let guest: Guest

/** As the boot command of wsl.conf does. */
async function boots(): Promise<void> {
  const { status, stdout, stderr } = await guest.run(['/sbin/openrc', 'default'])
  expect(status, stdout + stderr).toBe(0)
}

/** What others read to know of the cluster. */
async function isReady(): Promise<void> {
  const read = () => guest.shell('cat /run/iknite/status.json')
  await eventually(async () => JSON.parse(await read()).state, /^ready$/, 40)
}

describeNode('the service iknite', () => {
  beforeAll(async () => {
    guest = await startGuest({ rootfs: await nodeRootfs() })
    await guest.shell('rc-update add iknite default')
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test('makes a boot bring up a cluster by itself, with the settings of its conf.d', async () => {
    await guest.writeFile('/etc/iknite.d/iknite.yaml', 'name: of-the-file\naddress: 192.168.99.7\n')
    await guest.shell(`sed -i 's/^# IKNITE_NAME=.*/IKNITE_NAME=ours/' /etc/conf.d/iknite`)
    await boots()
    await isReady()
    expect(JSON.parse((await succeeds(guest, 'status --json')).stdout)).toMatchObject({
      state: 'ready',
      cluster: { name: 'ours', address: '192.168.99.7' },
    })
    expect(await kubectl(guest, 'get nodes')).toMatch(/ours +Ready/)
    await leavesNote(guest)
  })

  test('counts as started, with nothing of it left running', async () => {
    expect(await guest.shell('rc-service iknite status')).toContain('started')
    expect(await guest.shell('rc-status --crashed || true')).not.toContain('iknite')
    expect((await guest.processes()).filter(({ args }) => args.join(' ').includes('iknite'))).toEqual([])
  })

  test('stops all of the cluster', async () => {
    await guest.shell('rc-service iknite stop')
    expect(await guest.processes()).toEqual([])
    expect([...(await guest.mounts()), ...(await guest.links()), ...(await guest.chains())]).toEqual([])
    expect(await iknite(guest, 'status')).toMatchObject({ status: 1 })
  })

  test('brings it up again at the next boot, and when it is started by hand', async () => {
    const before = await identity(guest)
    for (const wake of [() => guest.shell('rc-service iknite start'), () => guest.reboot().then(boots)]) {
      await wake()
      await isReady()
      await findsNote(guest)
    }
    expect(await identity(guest)).toBe(before)
  })

  test('and a start of the user at the same time do not wait for each other for ever', async () => {
    // The later ones are at work when the service asks for the lock.
    for (const delay of ['0', '0.3', '0.6']) {
      await guest.reboot()
      const start = iknite(guest, 'start --name ours', 50_000)
      const boot = guest.shell(`sleep ${delay}; /sbin/openrc default >/dev/null 2>&1`)
      const [run] = await Promise.all([start, boot])
      expect(run.status, run.stderr).toBe(0)
      await isReady()
      await findsNote(guest)
    }
  })

  test('is stopped while it is bringing the cluster up', async () => {
    await guest.reboot()
    await boots()
    await guest.shell('rc-service iknite stop')
    expect(await guest.processes()).toEqual([])
    expect(JSON.parse(await guest.shell('cat /run/iknite/status.json')).state).toBe('stopped')
  })
})

describeNode('settings', () => {
  beforeAll(async () => {
    guest = await startGuest({ rootfs: await nodeRootfs() })
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test('of a flag win over those of the environment, and those over the file', async () => {
    await guest.writeFile('/etc/iknite.d/iknite.yaml', 'name: file\nwait: 11\ninterface: eth0\n')
    const { stdout } = await guest.run(['iknite', 'info', '--wait', '13', '--json'], {
      env: { IKNITE_NAME: 'variable', IKNITE_WAIT: '12' },
    })
    expect(JSON.parse(stdout)).toMatchObject({
      wait: { value: 13, origin: '--wait' },
      name: { value: 'variable', origin: 'IKNITE_NAME' },
      interface: { value: 'eth0', origin: '/etc/iknite.d/iknite.yaml' },
      podNetwork: { value: '10.244.0.0/16', origin: 'default' },
    })
  })

  test('that cannot be are refused before anything is done, wherever they come from', async () => {
    await guest.writeFile('/etc/iknite.d/iknite.yaml', '# mine\nwait: soon\n')
    for (const command of ['start', 'start --wait 5']) {
      expect(await iknite(guest, command)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('/etc/iknite.d/iknite.yaml:2: wait'),
      })
    }
    expect(await guest.shell('ls /var/lib/kaweezle /run/iknite 2>/dev/null || true')).toBe('')
  })
})
