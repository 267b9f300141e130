import { afterAll, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { type Guest, startGuest } from './support/guest.ts'
import { findsNote, identity, iknite, kubectl, leavesNote, programsOf, succeeds } from './support/iknite.ts'
import { nodeMissing, nodeRootfs } from './support/node-rootfs.ts'

const describeNode = await requirement('the lab of nodes', nodeMissing)

let guest: Guest

describeNode('the life of a node', () => {
  beforeAll(async () => {
    guest = await startGuest({ rootfs: await nodeRootfs() })
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test('before the first start, status says that there is nothing, and changes nothing', async () => {
    const before = await guest.shell('find /etc /var/lib /run -newer /proc/1/stat | sort')
    expect(await iknite(guest, 'status')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('there is no cluster'),
    })
    expect(await guest.shell('find /etc /var/lib /run -newer /proc/1/stat | sort')).toBe(before)
  })

  test('a fresh root filesystem becomes a ready cluster with the whole base', async () => {
    const { stdout, stderr } = await succeeds(guest, 'start --name kwsl -v info')
    expect(stdout).toMatch(/^kwsl is ready: Kubernetes 1\.36\.\d+ at 192\.168\.99\.2/)
    expect(stderr).toMatch(/^INFO\[\d{4}\] Running \/usr\/bin\/kubeadm init --config/m)
    const pods = await kubectl(guest, 'get pods -A --no-headers')
    const names = [
      'coredns',
      'kube-flannel-ds',
      'local-path-provisioner',
      'metrics-server',
      'controller',
      'speaker',
    ]
    for (const name of [...names, 'etcd-kwsl', 'kube-apiserver-kwsl', 'kube-proxy']) {
      expect(pods).toMatch(new RegExp(`${name}\\S* +1/1 +Running`))
    }
    // Taken only when the webhook that checks it was up.
    expect(await kubectl(guest, 'get ipaddresspools -A')).toContain('192.168.99.100-192.168.99.250')
    expect(await kubectl(guest, 'get nodes')).toMatch(/kwsl +Ready/)
  })

  test("root's kubeconfig is for root alone and named after the cluster", async () => {
    expect(await guest.shell('stat -c %a /root/.kube /root/.kube/config')).toBe('700\n600\n')
    expect(await kubectl(guest, 'config current-context')).toBe('kwsl\n')
    expect((await succeeds(guest, 'kubeconfig')).stdout).toBe(await guest.readFile('/root/.kube/config'))
  })

  test('the base was applied by iknite, on the server', async () => {
    const managers = await kubectl(
      guest,
      'get deployment coredns local-path-provisioner -n local-path-storage -o jsonpath={.items[*].metadata.managedFields[*].manager} --ignore-not-found --show-managed-fields',
    )
    expect(managers.split(' ')).toContain('iknite')
  })

  test('a second start runs no program, changes no file, and is done within three seconds', async () => {
    const files =
      'find /etc /var/lib/kaweezle /var/lib/kubelet /root -type f -not -path "*/member/*" -exec stat -c "%n %Y" {} + | sort'
    const before = await guest.shell(files)
    const again = await succeeds(guest, 'start')
    expect(programsOf(again)).toEqual([])
    expect(again.milliseconds).toBeLessThan(3000)
    expect(await guest.shell(files)).toBe(before)
  })

  test('status is 0, says what there is, and as JSON in one document of a known shape', async () => {
    expect((await succeeds(guest, 'status')).stdout).toMatch(/state +ready\ncluster +kwsl/)
    const { stdout } = await succeeds(guest, 'status --json')
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      state: 'ready',
      cluster: { name: 'kwsl', address: '192.168.99.2', outerAddress: '172.20.0.2' },
      workloads: { unready: [] },
    })
    expect(JSON.parse(await guest.shell('cat /run/iknite/status.json'))).toMatchObject({
      schemaVersion: 1,
      state: 'ready',
      phase: 'ready',
    })
  })

  test('with --json every line of the log is an object, and so is the result', async () => {
    const { stdout, stderr } = await succeeds(guest, 'start --json')
    expect(JSON.parse(stdout)).toMatchObject({ name: 'kwsl', address: '192.168.99.2', actions: 0 })
    for (const line of stderr.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg')
  })

  test('after a stop no process, mount, link or chain is left, and the address is free', async () => {
    await leavesNote(guest)
    await succeeds(guest, 'stop')
    expect(await guest.processes()).toEqual([])
    expect(await guest.mounts()).toEqual([])
    expect(await guest.links()).toEqual([])
    expect(await guest.chains()).toEqual([])
    expect(await guest.shell('ip address')).not.toContain('192.168.99.2')
    expect(await iknite(guest, 'status')).toMatchObject({ status: 1 })
  })

  test('to stop what is stopped is nothing to do', async () => {
    expect(programsOf(await succeeds(guest, 'stop'))).toEqual([])
  })

  test('a start after a stop has everything again', async () => {
    const before = await identity(guest)
    await succeeds(guest, 'start')
    await findsNote(guest)
    expect(await identity(guest)).toBe(before)
  })

  test('after a power cut, with /run empty, a start has everything again', async () => {
    const before = await identity(guest)
    await guest.reboot()
    const { milliseconds } = await succeeds(guest, 'start')
    expect(milliseconds).toBeLessThan(10_000)
    await findsNote(guest)
    expect(await identity(guest)).toBe(before)
  })

  test('two starts at once: one works, the other waits and finds it done', async () => {
    await guest.reboot()
    const both = await Promise.all([iknite(guest, 'start'), iknite(guest, 'start')])
    expect(both.map(({ status }) => status)).toEqual([0, 0])
    expect(both.map((each) => programsOf(each).length === 0).toSorted()).toEqual([false, true])
  })

  test('a start that waits for another is out of time with status 5, and says for whom', async () => {
    await guest.shell('mkdir -p /run/iknite; (flock 9; sleep 5) 9>>/run/iknite/lock & sleep 0.3')
    expect(await iknite(guest, 'start --wait 1')).toMatchObject({
      status: 5,
      stderr: expect.stringMatching(/another run of iknite did not end in time/),
    })
  })

  test('a reset that keeps data gives the same cluster again', async () => {
    const before = await identity(guest)
    await succeeds(guest, 'reset --keep-data')
    expect(await guest.shell('ls /etc/kubernetes/*.conf /var/lib/kubelet 2>/dev/null || true')).toBe('')
    await succeeds(guest, 'start')
    await findsNote(guest)
    expect(await identity(guest)).toBe(before)
  })

  test('a reset leaves a clean host, on which a start makes a new cluster', async () => {
    const before = await identity(guest)
    await succeeds(guest, 'reset')
    expect(await guest.processes()).toEqual([])
    expect(
      await guest.shell(
        'find /var/lib/kaweezle -type f; ls -d /etc/kubernetes /var/lib/kubelet /root/.kube/config 2>/dev/null || true',
      ),
    ).toBe('')
    expect(await guest.readFile('/etc/hosts')).not.toContain('iknite')
    await succeeds(guest, 'start --name other')
    expect(await identity(guest)).not.toBe(before)
    expect(await kubectl(guest, 'config current-context')).toBe('other\n')
    expect(await kubectl(guest, 'get configmaps')).not.toContain('note')
  })
})
