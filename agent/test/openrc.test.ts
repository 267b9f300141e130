import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { type Guest, startGuest } from './support/guest.ts'
import type { GuestMode } from './support/guest-script.ts'
import { findsNote, identity, iknite, kubectl, leavesNote, programsOf, succeeds } from './support/iknite.ts'
import { nodeMissing, nodeRootfs } from './support/node-rootfs.ts'

const describeNode = await requirement('the lab of nodes', nodeMissing)

let rootfs: string
let guest: Guest

async function newGuest(mode: GuestMode): Promise<void> {
  guest = await startGuest({ rootfs, mode })
}

/** Of each service there is one process, whoever started it. */
async function hasOneOfEach(): Promise<void> {
  // What one of them starts is called as it is, for a moment.
  await vi.waitFor(
    async () => {
      const programs = (await guest.processes()).map(({ args }) => args[0])
      for (const path of ['/usr/bin/crio', '/usr/bin/kubelet'])
        expect(programs.filter((program) => program === path)).toEqual([path])
    },
    { timeout: 10_000, interval: 200 },
  )
  const status = await guest.shell('rc-status default')
  for (const service of ['crio', 'kubelet'])
    expect(status).toMatch(new RegExp(`^ ${service} +\\[ +started`, 'm'))
}

/** The boot command of wsl.conf, which WSL does not wait for, and somebody who is quick. */
async function bootsWhileStarting(delay: string): Promise<void> {
  const [boot, start] = await Promise.all([
    guest.run(['/bin/sh', '-c', '/sbin/openrc default >/root/boot.log 2>&1']),
    guest.run(['/bin/sh', '-c', `sleep ${delay}; iknite start --name kwsl`], { timeLimit: 120_000 }),
  ])
  expect(start.status, start.stderr).toBe(0)
  expect(boot.status, await guest.readFile('/root/boot.log')).toBe(0)
  await hasOneOfEach()
  expect(programsOf(await succeeds(guest, 'start'))).toEqual([])
}

/** Why the guest's cgroups are of the first version; nothing where they are not. */
function versionTwoMissing(): string | undefined {
  const file = '/sys/fs/cgroup/cgroup.controllers'
  if (existsSync(file) && readFileSync(file, 'utf8').trim() !== '') return undefined
  return 'the controllers of this machine are in hierarchies of version 1'
}

describeNode('OpenRC', () => {
  beforeAll(async () => {
    rootfs = await nodeRootfs()
  }, 300_000)

  afterEach(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test('in a chroot, whose image says that it has booted, it is not booted again', async () => {
    await newGuest('chroot')
    const run = await succeeds(guest, 'start --name kwsl')
    expect(programsOf(run)).not.toContain('/sbin/openrc default')
    await hasOneOfEach()
    await leavesNote(guest)
    const before = await identity(guest)
    // All of /run is as it was: pid files, sockets and OpenRC's notes of what runs.
    await guest.reboot()
    expect(await guest.shell('ls /run/openrc/started')).toContain('crio')
    await succeeds(guest, 'start')
    await hasOneOfEach()
    await findsNote(guest)
    expect(await identity(guest)).toBe(before)
    await succeeds(guest, 'stop')
    expect([...(await guest.processes()), ...(await guest.mounts()), ...(await guest.links())]).toEqual([])
  })

  test('in a container, with a root mount of its own, mounts of pods get through', async () => {
    await newGuest('container')
    const run = await succeeds(guest, 'start --name kwsl')
    expect(programsOf(run)).toEqual(
      expect.arrayContaining(['/sbin/openrc default', 'mount --make-rshared /']),
    )
    expect(await guest.shell("grep -E '^([^ ]+ ){4}/ ' /proc/self/mountinfo")).toContain(' shared:')
    await hasOneOfEach()
    await leavesNote(guest)
    await guest.reboot()
    await succeeds(guest, 'start')
    await findsNote(guest)
  })

  test('in WSL the boot command and a start at the same time do not trip over each other', async () => {
    await newGuest('wsl')
    await bootsWhileStarting('0')
    await leavesNote(guest)
    const before = await identity(guest)
    // From now on the boot starts crio and kubelet by itself.
    for (const delay of ['0', '0.1', '0.4']) {
      await guest.reboot()
      await bootsWhileStarting(delay)
      await findsNote(guest)
    }
    expect(await identity(guest)).toBe(before)
  })

  test('after a boot alone, with the services of a former start, a start finds them', async () => {
    await newGuest('wsl')
    await succeeds(guest, 'start --name kwsl')
    await leavesNote(guest)
    await guest.reboot()
    await guest.shell('/sbin/openrc default >/dev/null 2>&1')
    const run = await succeeds(guest, 'start')
    expect(programsOf(run).filter((line) => line.includes('openrc'))).toEqual([])
    await hasOneOfEach()
    await findsNote(guest)
  })

  test("a user's service that fails stops neither a boot nor a start", async () => {
    await newGuest('wsl')
    await guest.writeFile('/etc/init.d/mine', '#!/sbin/openrc-run\nstart() {\n  return 1\n}\n', 0o755)
    await guest.shell('ln -s /etc/init.d/mine /etc/runlevels/default/mine')
    await succeeds(guest, 'start --name kwsl')
    expect(await guest.shell('rc-status default')).toMatch(/^ mine +\[ +stopped/m)
    expect(await kubectl(guest, 'get nodes')).toMatch(/kwsl +Ready/)
    await guest.reboot()
    await guest.run(['/sbin/openrc', 'default'])
    expect((await iknite(guest, 'start')).status).toBe(0)
    await hasOneOfEach()
  })

  const missing = versionTwoMissing()
  const title = `cgroups of version 2${missing === undefined ? '' : ` (${missing})`}`

  test.skipIf(missing !== undefined)(`${title} are delegated, so that pods have limits`, async () => {
    await newGuest('wsl')
    await succeeds(guest, 'start --name kwsl')
    const lists = await guest.shell('cd /sys/fs/cgroup; cat cgroup.controllers cgroup.subtree_control')
    const [available = '', delegated = ''] = lists.split('\n')
    expect(delegated.split(' ').toSorted()).toEqual(available.split(' ').toSorted())
    await guest.reboot()
    await succeeds(guest, 'start')
    await hasOneOfEach()
  })
})
