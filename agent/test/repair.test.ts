import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { ageCertificates } from './support/age-certificates.ts'
import { type Guest, startGuest } from './support/guest.ts'
import { findsNote, identity, iknite, kubectl, leavesNote, programsOf, succeeds } from './support/iknite.ts'
import { eventually, writeFaults } from './support/node-guest.ts'
import { nodeMissing, nodeRootfs } from './support/node-rootfs.ts'

const describeNode = await requirement('the lab of nodes', nodeMissing)

let guest: Guest

const phases = (words: string) => `/usr/bin/kubeadm ${words} --config /var/lib/kaweezle/iknite/kubeadm.yaml`

describeNode('a cluster in disorder', () => {
  beforeAll(async () => {
    guest = await startGuest({ rootfs: await nodeRootfs() })
    await succeeds(guest, 'start --name kwsl')
    await leavesNote(guest)
  }, 300_000)

  // Each disorder is one of a ready cluster, whatever the last one left.
  beforeEach(async () => void (await succeeds(guest, 'start')))

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test('expiring certificates are renewed, each by itself, and their users started anew', async () => {
    const before = await identity(guest)
    await ageCertificates(guest, 10, ['apiserver', 'etcd/server', 'scheduler.conf'])
    const run = await succeeds(guest, 'start')
    expect(programsOf(run)).toEqual(
      expect.arrayContaining([
        phases('certs renew apiserver'),
        phases('certs renew etcd-server'),
        phases('certs renew scheduler.conf'),
      ]),
    )
    expect(programsOf(run).filter((line) => line.includes('certs renew'))).toHaveLength(3)
    expect(await identity(guest)).toBe(before)
    await findsNote(guest)
    expect(programsOf(await succeeds(guest, 'start'))).toEqual([])
  })

  test('expired certificates after a long holiday are renewed before anything runs with them', async () => {
    await succeeds(guest, 'stop')
    await ageCertificates(guest, -5, [
      ...['apiserver', 'apiserver-kubelet-client', 'etcd/server', 'etcd/peer'],
      ...['admin.conf', 'controller-manager.conf'],
    ])
    await succeeds(guest, 'start')
    await findsNote(guest)
  })

  test('a lost admin.conf is made again, with the same authority', async () => {
    const before = await identity(guest)
    await guest.shell('rm /etc/kubernetes/admin.conf /root/.kube/config')
    expect(programsOf(await succeeds(guest, 'start'))).toEqual([phases('init phase kubeconfig admin')])
    expect(await identity(guest)).toBe(before)
    await findsNote(guest)
  })

  test('a deleted manifest is written again, and its component comes back', async () => {
    await guest.shell('rm /etc/kubernetes/manifests/kube-scheduler.yaml')
    await eventually(programs, /^(?!.*kube-scheduler)/s)
    expect(programsOf(await succeeds(guest, 'start'))).toEqual([phases('init phase control-plane scheduler')])
    await eventually(programs, /kube-scheduler/)
  })

  test('half a file of whatever kind is replaced', async () => {
    await guest.shell(`cd /etc/kubernetes && for file in scheduler.conf manifests/etcd.yaml pki/front-proxy-client.crt; do
      head -c 100 $file >half; cat half >$file; rm half; done`)
    await succeeds(guest, 'start')
    await findsNote(guest)
  })

  test('stale pid files and services that OpenRC believes in are no obstacle', async () => {
    await guest.shell('kill -9 $(pidof supervise-daemon) $(cat /run/crio.pid); pkill -9 kubelet; true')
    await guest.shell('echo 1 >/run/crio.pid')
    await succeeds(guest, 'start')
    await findsNote(guest)
    expect(await kubectl(guest, 'get nodes')).toMatch(/kwsl +Ready/)
  })

  test('an exchanged root filesystem starts from its data alone', async () => {
    const before = await identity(guest)
    await succeeds(guest, 'stop')
    await using next = await startGuest({ rootfs: await nodeRootfs() })
    await moveData(guest, next)
    await succeeds(next, 'start')
    await findsNote(next)
    expect(await identity(next)).toBe(before)
    expect(await kubectl(next, 'config current-context')).toBe('kwsl\n')
  })

  test('a newer minor version is upgraded to, by an exchanged root filesystem', async () => {
    const before = await identity(guest)
    await succeeds(guest, 'stop')
    const versions = { packages: '1.37.0-r0', kubernetes: '1.37.0' }
    await using next = await startGuest({ rootfs: await nodeRootfs({ versions }) })
    await moveData(guest, next)
    const run = await succeeds(next, 'start')
    expect(programsOf(run).join('\n')).toContain('kubeadm upgrade apply v1.37.0 --yes')
    expect(await kubectl(next, 'get configmap kubeadm-config -n kube-system -o yaml')).toContain('v1.37.0')
    expect(await next.shell('grep -h image: /etc/kubernetes/manifests/kube-*.yaml')).not.toContain('1.36')
    await findsNote(next)
    expect(await identity(next)).toBe(before)
    expect(programsOf(await succeeds(next, 'start'))).toEqual([])
  })

  test('packages two minor versions newer are refused, and nothing is touched', async () => {
    await usePackages('1.38.0-r0')
    expect(await iknite(guest, 'start')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /the cluster has Kubernetes 1\.36\.\d+, and 1\.38\.0 is 2 minor versions newer/,
      ),
    })
    await usePackages(installed)
    await findsNote(guest)
  })

  test('older packages are refused', async () => {
    await usePackages('1.35.0-r0')
    expect(await iknite(guest, 'start')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/which is newer than 1\.35\.0/),
    })
    await usePackages(installed)
  })

  test('a workload whose image cannot be pulled: status 5, with the image and the reason', async () => {
    await kubectl(guest, 'apply -f -', deployment('missing', 'example.test/none:1'))
    const { status, stderr } = await iknite(guest, 'start --wait 8')
    expect(status).toBe(5)
    expect(stderr).toContain('default/deployment/missing')
    expect(stderr).toMatch(/example\.test\/none:1/)
    expect(stderr).toMatch(/ImagePullBackOff|ErrImagePull/)
    expect(JSON.parse(await guest.shell('cat /run/iknite/status.json'))).toMatchObject({
      state: 'failed',
      error: { code: 'TIMED_OUT' },
    })
    await kubectl(guest, 'delete deployment missing')
    await succeeds(guest, 'start')
  })
})

describeNode('a node that cannot become a cluster', () => {
  beforeEach(async () => {
    guest = await startGuest({ rootfs: await nodeRootfs() })
  }, 300_000)

  afterEach(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test('a runtime that never answers: status 5, with what was waited for', async () => {
    await writeFaults(guest, { crio: { hang: true } })
    const { status, stderr } = await iknite(guest, 'start --wait 6')
    expect(status).toBe(5)
    expect(stderr).toContain('the container runtime')
    await writeFaults(guest, {})
    await guest.shell('rc-service crio stop')
    await succeeds(guest, 'start')
  })

  test('a runtime that cannot start: status 1, with its own words', async () => {
    await writeFaults(guest, { crio: { refuseStart: 'validating root config: no such device' } })
    const { status, stderr } = await iknite(guest, 'start --wait 60')
    expect(status).toBe(1)
    expect(stderr).toContain('no such device')
    await writeFaults(guest, {})
    await succeeds(guest, 'start')
  })

  test('an API server that never gets ready: status 5 within the time given', async () => {
    await writeFaults(guest, { 'kube-apiserver': { readyDelay: 600_000 } })
    const { status, milliseconds } = await iknite(guest, 'start --wait 8')
    expect(status).toBe(5)
    expect(milliseconds).toBeLessThan(14_000)
    await writeFaults(guest, {})
    await succeeds(guest, 'start --name kwsl')
  })

  test('a full disk: status 1, said so, and all is well when there is room again', async () => {
    await guest.shell('mkdir -p /var/lib/kaweezle && mount -t tmpfs -o size=80m data /var/lib/kaweezle')
    await guest.shell('dd if=/dev/zero of=/var/lib/kaweezle/filler bs=1M count=79 2>/dev/null || true')
    const { status, stderr } = await iknite(guest, 'start')
    expect(status).toBe(1)
    expect(stderr).toMatch(/MiB are free below \/var\/lib\/kaweezle/)
    await guest.shell('rm /var/lib/kaweezle/filler')
    await succeeds(guest, 'start')
  })

  test('a disk that is full in the middle of kubeadm: status 1, said so, and the next start goes on', async () => {
    await guest.shell('mkdir -p /var/lib/kubelet && mount -t tmpfs -o size=4k kubelet /var/lib/kubelet')
    await guest.shell('dd if=/dev/zero of=/var/lib/kubelet/filler bs=4k count=1 2>/dev/null')
    const { status, stderr } = await iknite(guest, 'start')
    expect(status).toBe(1)
    expect(stderr).toContain('no space is left')
    await guest.shell('umount /var/lib/kubelet')
    await succeeds(guest, 'start')
  })

  test('a kubeadm that fails: status 1, with its message, and the next start goes on', async () => {
    await writeFaults(guest, {
      kubeadm: { 'upload-config': { fail: 'the server is currently unable', times: 1 } },
    })
    const { status, stderr } = await iknite(guest, 'start')
    expect(status).toBe(1)
    expect(stderr).toContain('the server is currently unable')
    await succeeds(guest, 'start')
  })

  test('a host without a package is told which', async () => {
    await guest.shell("sed -i 's/^P:kubelet$/P:kubelet-gone/' /lib/apk/db/installed")
    expect(await iknite(guest, 'start')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('the package kubelet is not installed'),
    })
  })
})

/** Of kubeadm and kubelet, as the lab has them. */
const installed = '1.36.1-r2'

/** Has apk say that kubeadm and kubelet are of another version. */
async function usePackages(version: string): Promise<void> {
  await guest.shell(`sed -i '/^P:kube\\(adm\\|let\\)$/,/^$/s/^V:.*/V:${version}/' /lib/apk/db/installed`)
}

async function programs(): Promise<string> {
  return (await guest.processes()).map(({ args }) => args[0]).join(' ')
}

/** What a host tool keeps of one node for the next. */
async function moveData(from: Guest, to: Guest): Promise<void> {
  await execa('cp', ['-a', `${from.root}/var/lib/kaweezle`, `${to.root}/var/lib/`])
}

function deployment(name: string, image: string): string {
  const labels = { app: name }
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image }] } },
    },
  })
}
