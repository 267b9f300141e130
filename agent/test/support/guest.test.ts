import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../../pipeline/test/support/requirement.ts'
import { type Guest, startGuest } from './guest.ts'
import { gatewayOf } from './guest-address.ts'
import { labMissing, labRootfs } from './lab-rootfs.ts'

const describeLab = await requirement('the lab of guests', labMissing)

let rootfs: string
let guest: Guest

describeLab('a guest', () => {
  beforeAll(async () => {
    rootfs = await labRootfs()
    guest = await startGuest({ rootfs })
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test('runs programs, with their status, output, input and environment', async () => {
    const outcome = await guest.run(['sh', '-c', 'cat; echo $WORD >&2; exit 3'], {
      input: 'given',
      env: { WORD: 'told' },
    })
    expect(outcome).toMatchObject({ status: 3, stdout: 'given', stderr: 'told\n' })
  })

  test('ends a program whose time is up, with its children', async () => {
    const outcome = await guest.run(['sh', '-c', 'sleep 100; true'], { timeLimit: 300 })
    expect(outcome.status).toBe(124)
    expect(await guest.processes()).toEqual([])
  })

  test('shows what is left behind: processes, mounts, links, chains', async () => {
    expect([await guest.mounts(), await guest.links(), await guest.chains()]).toEqual([[], [], []])
    await guest.shell(`
      (sleep 77 >/dev/null 2>&1 &)
      mkdir -p /run/here && mount -t tmpfs here /run/here
      ip link add cni0 type bridge
      iptables -t nat -N KUBE-SERVICES; ip6tables -N KUBE-FORWARD
    `)
    expect((await guest.processes()).map(({ args }) => args)).toEqual([['sleep', '77']])
    expect(await guest.mounts()).toEqual(['/run/here'])
    expect(await guest.links()).toEqual(['cni0'])
    expect(await guest.chains()).toEqual(['nat KUBE-SERVICES', 'filter KUBE-FORWARD'])
  })

  test('changes its outer address and keeps the others', async () => {
    await guest.shell('ip address add 192.168.99.2/24 dev eth0')
    await guest.setAddress('172.21.0.7/20')
    const addresses = await guest.shell('ip -o -4 address show dev eth0')
    expect(addresses).toContain(' 172.21.0.7/20 ')
    expect(addresses).toContain(' 192.168.99.2/24 ')
    expect(addresses).not.toContain('172.20.0.2')
    expect(await guest.shell('ip route get 8.8.8.8')).toContain('via 172.21.0.1 dev eth0 src 172.21.0.7')
  })

  test('is after a reboot what is on its disk, with the address it had last', async () => {
    await guest.writeFile('/root/kept', 'kept')
    await guest.writeFile('/run/lost', 'not in the guest, where /run is a mount of its own')
    await guest.reboot()
    expect(await guest.processes()).toEqual([])
    expect(await guest.shell('cat /root/kept; ls /run')).toBe('keptWSL\n')
    expect(await guest.shell('ip -o -4 address show dev eth0')).toContain(' 172.21.0.7/20 ')
  })

  test.each([
    ['wsl', 'tmpfs', 'shared'],
    ['chroot', 'ext', 'shared'],
    ['container', 'tmpfs', 'private'],
  ] as const)('in the mode %s has its /run and root mount', async (mode, run, propagation) => {
    await using other = await startGuest({ rootfs, mode })
    const root = await other.shell("grep ' / / \\| / rw' /proc/self/mountinfo | grep -c shared: || true")
    expect(root.trim() === '0' ? 'private' : 'shared').toBe(propagation)
    const mounted = (await other.shell("grep -c ' /run ' /proc/self/mounts || true")).trim()
    expect(mounted === '1' ? 'tmpfs' : 'ext').toBe(run)
    expect((await other.run(['openrc', 'default'])).status).toBe(0)
  })

  test('has cgroups, of the version that has the controllers on this machine', async () => {
    await guest.shell(
      'test -s /sys/fs/cgroup/cgroup.controllers || test -e /sys/fs/cgroup/memory/cgroup.procs',
    )
    expect(await guest.shell("sed -n 's/^0:://p' /proc/self/cgroup")).toBe('/\n')
  })

  test('leaves nothing behind', async () => {
    const other = await startGuest({ rootfs })
    await other.shell('(sleep 4242 >/dev/null 2>&1 &)')
    await other[Symbol.asyncDispose]()
    expect(existsSync(other.root)).toBe(false)
    const lines = await Promise.all(
      (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(commandLine),
    )
    expect(lines.filter((line) => line.includes('4242'))).toEqual([])
  })
})

test('the gateway is the first address of the network', () => {
  expect([gatewayOf('172.20.0.2/20'), gatewayOf('10.1.2.3/8')]).toEqual(['172.20.0.1', '10.0.0.1'])
})

async function commandLine(pid: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
