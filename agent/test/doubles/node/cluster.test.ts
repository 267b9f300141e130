import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../../../pipeline/test/support/requirement.ts'
import { type Guest, startGuest } from '../../support/guest.ts'
import { labMissing, labRootfs } from '../../support/lab-rootfs.ts'
import { eventually, kubectl, prepareNode, writeFaults } from '../../support/node-guest.ts'

const describeLab = await requirement('the lab of guests', labMissing)

let guest: Guest

describeLab('a node of doubles', () => {
  beforeAll(async () => {
    guest = await startGuest({ rootfs: await labRootfs() })
    await prepareNode(guest)
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  test('is made by `kubeadm init` and ready within seconds', async () => {
    const outcome = await guest.run(['kubeadm', 'init', '--config', '/root/kubeadm.yaml'])
    expect(outcome).toMatchObject({ status: 0, stderr: '' })
    expect(outcome.milliseconds).toBeLessThan(20_000)
    await eventually(() => kubectl(guest, 'get nodes'), /kwsl +Ready +control-plane +\S+ +v1\.36\.1/)
    expect(await kubectl(guest, 'version')).toContain('Server Version: v1.36.1')
    const pods = await eventually(
      () => kubectl(guest, 'get pods -A'),
      /^(NAMES.*\n)((?!\n).* 1\/1 +Running .*\n){7}$/,
    )
    for (const name of ['etcd-kwsl', 'kube-apiserver-kwsl', 'coredns-', 'kube-proxy-'])
      expect(pods).toContain(name)
  })

  test('shows processes by their names, and traces of pods', async () => {
    const programs = (await guest.processes()).map(({ args }) => args[0])
    expect(programs).toEqual(
      expect.arrayContaining([
        'etcd',
        'kube-apiserver',
        'kube-scheduler',
        '/usr/bin/kubelet',
        '/usr/bin/crio',
      ]),
    )
    const mounts = await guest.mounts()
    expect(mounts.some((path) => path.startsWith('/run/netns/'))).toBe(true)
    expect(mounts.some((path) => path.startsWith('/var/lib/kubelet/pods/'))).toBe(true)
    expect(await guest.links()).toContain('cni0')
    expect(await guest.chains()).toEqual(
      expect.arrayContaining(['filter KUBE-FIREWALL', 'nat KUBE-SERVICES']),
    )
  })

  test('tells of images that cannot be pulled, of crashes and of what never gets ready; Jobs complete', async () => {
    await kubectl(guest, 'apply --server-side -f -', workloads)
    const pods = () => kubectl(guest, 'get pods')
    await eventually(pods, /missing-\S+ +0\/1 +(ErrImagePull|ImagePullBackOff)/)
    await eventually(pods, /crashing +0\/1 +CrashLoopBackOff/)
    await eventually(pods, /never +0\/1 +Running/)
    await eventually(pods, /once-\S+ +0\/1 +Completed/)
    expect(await kubectl(guest, 'get events')).toContain('Failed to pull image "example.test/none:1"')
    await kubectl(guest, 'delete pod crashing never')
    await eventually(pods, /^(?!.*(crashing|never)).*$/s)
  })

  test('gets its network from flannel', async () => {
    await kubectl(guest, 'apply --server-side -f -', flannel)
    await eventually(() => kubectl(guest, 'get pods -n kube-system'), /kube-flannel-ds-\S+ +1\/1 +Running/)
    await eventually(() => readFile(join(guest.root, 'etc/cni/net.d/10-flannel.conflist'), 'utf8'), /flannel/)
    await eventually(async () => (await guest.links()).join(' '), /flannel\.1/)
    expect(await guest.chains()).toContain('nat FLANNEL-POSTRTG')
  })

  test('keeps its containers when CRI-O is killed, and takes them up again', async () => {
    const before = (await guest.shell('crictl ps -q')).split('\n').toSorted()
    await guest.shell('kill -9 $(cat /run/crio.pid)')
    expect((await guest.run(['crictl', 'info'])).status).toBe(1)
    await eventually(() => kubectl(guest, 'get nodes'), /NotReady/)
    await guest.shell('rc-service crio zap && rc-service crio start')
    await eventually(() => guest.shell('crictl info'), /"RuntimeReady",\s+"status": true/)
    expect((await guest.shell('crictl ps -q')).split('\n').toSorted()).toEqual(before)
    await eventually(() => kubectl(guest, 'get nodes'), /kwsl +Ready/)
  })

  test('does not answer where a fault says that CRI-O hangs', async () => {
    await writeFaults(guest, { crio: { hang: true } })
    const outcome = await guest.run([
      'sh',
      '-c',
      'sed -i "s/^timeout.*/timeout: 1/" /etc/crictl.yaml; crictl info',
    ])
    expect(outcome).toMatchObject({ status: 1, stderr: expect.stringContaining('DeadlineExceeded') })
    await writeFaults(guest, {})
  })

  test('comes back after a reboot with what etcd kept', async () => {
    await guest.reboot()
    await prepareNode(guest)
    await guest.shell('rc-service kubelet start')
    await eventually(() => kubectl(guest, 'get nodes'), /kwsl +Ready/)
    await eventually(() => kubectl(guest, 'get deployments -n kube-system'), /coredns +2\/2/)
  })

  test('is clean after pods are removed and the services stopped, but for links and chains', async () => {
    await guest.shell('rc-service kubelet stop && crictl rmp -fa && rc-service crio stop')
    expect(await guest.processes()).toEqual([])
    expect((await guest.mounts()).filter((path) => !path.startsWith('/var/lib/kubelet/'))).toEqual([])
  })
})

const image = 'docker.io/library/busybox:1.38.0'

const workloads = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: missing, namespace: default }
spec:
  selector: { matchLabels: { app: missing } }
  template:
    metadata: { labels: { app: missing } }
    spec: { containers: [{ name: main, image: 'example.test/none:1' }] }
---
apiVersion: batch/v1
kind: Job
metadata: { name: once, namespace: default }
spec:
  template:
    spec: { restartPolicy: Never, containers: [{ name: main, image: '${image}' }] }
---
apiVersion: v1
kind: Pod
metadata: { name: crashing, namespace: default, annotations: { kube-doubles/behaviour: crash } }
spec: { containers: [{ name: main, image: '${image}' }] }
---
apiVersion: v1
kind: Pod
metadata: { name: never, namespace: default, annotations: { kube-doubles/behaviour: never-ready } }
spec: { containers: [{ name: main, image: '${image}' }] }
`

const flannel = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: kube-flannel-ds, namespace: kube-system }
spec:
  selector: { matchLabels: { app: flannel } }
  template:
    metadata: { labels: { app: flannel } }
    spec:
      hostNetwork: true
      containers: [{ name: kube-flannel, image: 'ghcr.io/flannel-io/flannel:v0.28.9', command: [/opt/bin/flanneld] }]
`
