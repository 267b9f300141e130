import { afterAll, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { type Guest, startGuest } from './support/guest.ts'
import { findsNote, identity, kubectl, leavesNote, programsOf, succeeds } from './support/iknite.ts'
import { nodeMissing, nodeRootfs } from './support/node-rootfs.ts'

const describeNode = await requirement('the lab of nodes', nodeMissing)

/** What a start after a change of address may take, doubles included. */
/** Milliseconds. It takes a few seconds; machines may be busy. */
const aMinute = 60_000

let guest: Guest

/** When etcd's data have been written to the disk as they are while nothing runs. */
function etcd(): Promise<string> {
  return guest.shell('cd /var/lib/kaweezle/etcd && find . -type f -exec sha256sum {} +')
}

function certificates(): Promise<string> {
  return guest.shell('cd /etc/kubernetes/pki && sha256sum *.crt etcd/*.crt')
}

/** The lines of one text that another lacks, as the names at their ends. */
function changed(before: string, after: string): string[] {
  const lines = new Set(before.split('\n'))
  return after
    .split('\n')
    .filter((line) => !lines.has(line))
    .map((line) => line.split('  ')[1] ?? '')
}

describeNode('a node whose outer address changes', () => {
  beforeAll(async () => {
    guest = await startGuest({ rootfs: await nodeRootfs() })
    await succeeds(guest, 'start --name kwsl')
    await leavesNote(guest)
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test('between two starts: only the certificate of the API server is made anew', async () => {
    const before = { identity: await identity(guest), certificates: await certificates() }
    await succeeds(guest, 'stop')
    const data = await etcd()
    await guest.setAddress('172.21.7.9/20')
    expect(await etcd()).toBe(data)
    const { milliseconds, stdout } = await succeeds(guest, 'start')
    expect(milliseconds).toBeLessThan(aMinute)
    expect(stdout).toContain('172.21.7.9')
    expect(changed(before.certificates, await certificates())).toEqual(['apiserver.crt'])
    expect(await identity(guest)).toBe(before.identity)
    await findsNote(guest)
  })

  test('while it runs: the API server is started anew, and is good for the new address', async () => {
    const before = { identity: await identity(guest), certificates: await certificates() }
    const etcdProcess = (await guest.processes()).find(({ args }) => args[0] === 'etcd')
    await guest.setAddress('172.22.3.4/20')
    const run = await succeeds(guest, 'start')
    expect(run.milliseconds).toBeLessThan(aMinute)
    expect(changed(before.certificates, await certificates())).toEqual(['apiserver.crt'])
    expect(await identity(guest)).toBe(before.identity)
    await findsNote(guest)
    // The server that answers has the new certificate, and not only the disk.
    expect(await kubectl(guest, '--server https://172.22.3.4:6443 get nodes')).toMatch(/kwsl +Ready/)
    expect((await guest.processes()).find(({ args }) => args[0] === 'etcd')).toEqual(etcdProcess)
    expect(programsOf(await succeeds(guest, 'start'))).toEqual([])
  })

  test('in the middle of a start: it ends with what is there then', async () => {
    await succeeds(guest, 'stop')
    const [run] = await Promise.all([
      succeeds(guest, 'start'),
      new Promise((resolve) => setTimeout(resolve, 500)).then(() => guest.setAddress('172.23.5.6/20')),
    ])
    expect(run.stdout).toContain('172.23.5.6')
    expect(await kubectl(guest, '--server https://172.23.5.6:6443 get nodes')).toMatch(/kwsl +Ready/)
    await findsNote(guest)
  })

  test('without any network it starts all the same', async () => {
    await succeeds(guest, 'stop')
    await guest.shell('ip route del default; ip address flush dev eth0')
    await succeeds(guest, 'start')
    await findsNote(guest)
    await succeeds(guest, 'stop')
    await guest.shell('ip address add 172.23.5.6/20 dev eth0; ip route add default via 172.23.0.1')
    await succeeds(guest, 'start')
    expect(await kubectl(guest, '--server https://172.23.5.6:6443 get nodes')).toMatch(/kwsl +Ready/)
  })
})

describeNode('a node that advertises its outer address', () => {
  beforeAll(async () => {
    guest = await startGuest({ rootfs: await nodeRootfs() })
    await succeeds(guest, 'start --name kwsl --advertise-address 172.20.0.2')
    await leavesNote(guest)
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test('it does, and has no other', async () => {
    expect(await guest.shell('ip address')).not.toContain('192.168.99.2')
    expect(await kubectl(guest, 'config view -o jsonpath={.clusters[*].cluster.server}')).toBe(
      'https://172.20.0.2:6443',
    )
  })

  test('between two starts the address is noticed to have changed, and nothing is lost', async () => {
    const before = await identity(guest)
    await succeeds(guest, 'stop')
    const data = await etcd()
    await guest.setAddress('172.21.7.9/20')
    expect(await etcd()).toBe(data)
    const { milliseconds } = await succeeds(guest, 'start')
    expect(milliseconds).toBeLessThan(aMinute)
    await isAt('172.21.7.9')
    expect(await identity(guest)).toBe(before)
    await findsNote(guest)
  })

  test('while it runs, too', async () => {
    const before = await identity(guest)
    await guest.setAddress('172.22.3.4/20')
    const { milliseconds } = await succeeds(guest, 'start')
    expect(milliseconds).toBeLessThan(aMinute)
    await isAt('172.22.3.4')
    expect(await identity(guest)).toBe(before)
    await findsNote(guest)
    expect(programsOf(await succeeds(guest, 'start'))).toEqual([])
  })

  /** Whatever names the address of the cluster names this one. */
  async function isAt(address: string): Promise<void> {
    const server = `https://${address}:6443`
    expect(await kubectl(guest, 'config view -o jsonpath={.clusters[*].cluster.server}')).toBe(server)
    const published = await kubectl(guest, 'get configmaps kube-proxy -n kube-system -o yaml')
    expect(published).toContain(server)
    expect(await kubectl(guest, 'get configmap cluster-info -n kube-public -o yaml')).toContain(server)
    expect(await kubectl(guest, 'get node kwsl -o jsonpath={.status.addresses}')).toContain(address)
    const files = await guest.shell(
      'grep -rhoE "172\\.[0-9.]+" /etc/kubernetes/*.conf /etc/kubernetes/manifests /var/lib/kubelet/kubeadm-flags.env | sort -u',
    )
    expect(files).toBe(`${address}\n`)
  }
})
