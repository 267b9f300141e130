import { X509Certificate } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { requirement } from '../../../../pipeline/test/support/requirement.ts'
import { type Guest, startGuest } from '../../support/guest.ts'
import { labMissing, labRootfs } from '../../support/lab-rootfs.ts'
import { kubeadmConfiguration, nodeAddress, writeFaults } from '../../support/node-guest.ts'

const describeLab = await requirement('the lab of guests', labMissing)

let guest: Guest

describeLab('the double of kubeadm', () => {
  beforeAll(async () => {
    guest = await startGuest({ rootfs: await labRootfs() })
    await guest.writeFile('/root/kubeadm.yaml', kubeadmConfiguration())
    await phase('certs all')
    await phase('kubeconfig all')
    await phase('etcd local')
    await phase('control-plane all')
  }, 300_000)

  afterAll(async () => {
    await guest?.[Symbol.asyncDispose]()
  })

  // https://kubernetes.io/docs/setup/best-practices/certificates/
  test.each([
    ['ca', 'CN=kubernetes', 'CN=kubernetes'],
    ['apiserver', 'CN=kube-apiserver', 'CN=kubernetes'],
    [
      'apiserver-kubelet-client',
      'O=kubeadm:cluster-admins\nCN=kube-apiserver-kubelet-client',
      'CN=kubernetes',
    ],
    ['front-proxy-ca', 'CN=front-proxy-ca', 'CN=front-proxy-ca'],
    ['front-proxy-client', 'CN=front-proxy-client', 'CN=front-proxy-ca'],
    ['etcd/ca', 'CN=etcd-ca', 'CN=etcd-ca'],
    ['etcd/server', 'CN=kwsl', 'CN=etcd-ca'],
    ['etcd/peer', 'CN=kwsl', 'CN=etcd-ca'],
    ['etcd/healthcheck-client', 'CN=kube-etcd-healthcheck-client', 'CN=etcd-ca'],
    ['apiserver-etcd-client', 'CN=kube-apiserver-etcd-client', 'CN=etcd-ca'],
  ])('makes pki/%s with its subject, issuer and modes', async (name, subject, issuer) => {
    const certificate = await certificateAt(name)
    expect(certificate.subject).toBe(subject)
    expect(certificate.issuer).toBe(issuer)
    expect([await mode(`pki/${name}.crt`), await mode(`pki/${name}.key`)]).toEqual(['644', '600'])
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(name.endsWith('ca') ? 3650 : 365)
  })

  test('signs the API server for the names and addresses that kubeadm adds, and those asked for', async () => {
    expect(namesOf(await certificateAt('apiserver'))).toEqual(
      [
        ...[
          'DNS:kubernetes',
          'DNS:kubernetes.default',
          'DNS:kubernetes.default.svc',
          'DNS:kwsl',
          'DNS:localhost',
        ],
        ...['DNS:kubernetes.default.svc.cluster.local', 'IP Address:10.96.0.1', `IP Address:${nodeAddress}`],
        ...['IP Address:127.0.0.1', 'IP Address:172.20.0.2'],
      ].toSorted(),
    )
  })

  test.each([
    ['admin', 'kubernetes-admin', 'O=kubeadm:cluster-admins'],
    ['super-admin', 'kubernetes-super-admin', 'O=system:masters'],
    ['kubelet', 'system:node:kwsl', 'O=system:nodes'],
    ['controller-manager', 'system:kube-controller-manager', 'CN=system:kube-controller-manager'],
    ['scheduler', 'system:kube-scheduler', 'CN=system:kube-scheduler'],
  ])('makes %s.conf for its user and group, mode 600', async (name, user, group) => {
    const conf = parse(await guest.readFile(`/etc/kubernetes/${name}.conf`))
    expect(conf['current-context']).toBe(`${user}@kubernetes`)
    expect(conf.clusters[0].cluster.server).toBe(`https://${nodeAddress}:6443`)
    const pem = Buffer.from(conf.users[0].user['client-certificate-data'], 'base64')
    expect(new X509Certificate(pem).subject.split('\n')).toEqual(
      expect.arrayContaining([`CN=${user}`, group]),
    )
    expect(await mode(`${name}.conf`)).toBe('600')
  })

  test('writes the static pods with the flags and images of the version', async () => {
    const api = parse(await guest.readFile('/etc/kubernetes/manifests/kube-apiserver.yaml'))
    const [container] = api.spec.containers
    expect(container.image).toBe('registry.k8s.io/kube-apiserver:v1.36.1')
    expect(container.command).toEqual(
      expect.arrayContaining([
        'kube-apiserver',
        `--advertise-address=${nodeAddress}`,
        '--etcd-servers=https://127.0.0.1:2379',
        '--service-cluster-ip-range=10.96.0.0/12',
        '--tls-cert-file=/etc/kubernetes/pki/apiserver.crt',
      ]),
    )
    expect(api.metadata.annotations).toEqual({
      'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint': `${nodeAddress}:6443`,
    })
    expect(await mode('manifests/kube-apiserver.yaml')).toBe('600')
  })

  test('reuses what is there, and refuses a certificate that lacks a name', async () => {
    const before = await guest.readFile('/etc/kubernetes/pki/apiserver.crt')
    expect(await phase('certs all')).toContain('[certs] Using existing apiserver certificate and key on disk')
    await guest.writeFile('/root/other.yaml', kubeadmConfiguration({ certSANs: ['172.21.0.7'] }))
    const outcome = await guest.run([
      'kubeadm',
      'init',
      'phase',
      'certs',
      'all',
      '--config',
      '/root/other.yaml',
    ])
    expect(outcome.status).toBe(1)
    expect(outcome.stderr).toMatch(
      /certificate apiserver is invalid: x509: certificate is valid for .*, not 172\.21\.0\.7/,
    )
    expect(await guest.readFile('/etc/kubernetes/pki/apiserver.crt')).toBe(before)
  })

  test('renews a certificate with the names of the old one, by the same authority', async () => {
    const [authority, before] = [await certificateAt('ca'), await certificateAt('apiserver')]
    await guest.shell('kubeadm certs renew apiserver --config /root/kubeadm.yaml')
    const after = await certificateAt('apiserver')
    expect(after.fingerprint256).not.toBe(before.fingerprint256)
    expect(namesOf(after)).toEqual(namesOf(before))
    expect(after.verify(authority.publicKey)).toBe(true)
    const list = JSON.parse(
      await guest.shell('kubeadm certs check-expiration -o json --config /root/kubeadm.yaml'),
    )
    expect(list.certificates.map(({ name }: { name: string }) => name)).toContain('apiserver-etcd-client')
  })

  test('reports all preflight problems at once, unless they are ignored', async () => {
    const outcome = await guest.run(['kubeadm', 'init', '--config', '/root/kubeadm.yaml'])
    expect(outcome.status).toBe(1)
    expect(outcome.stderr).toMatch(
      /\[ERROR FileAvailable--etc-kubernetes-manifests-etcd\.yaml\]: .* already exists/,
    )
    expect(outcome.stderr).toMatch(/\[ERROR CRI\]: could not connect to the container runtime/)
    const ignored = await guest.run([
      ...(['kubeadm', 'init', 'phase', 'preflight', '--config', '/root/kubeadm.yaml'] as const),
      '--ignore-preflight-errors=all',
    ])
    expect(ignored.stderr).not.toContain('[ERROR ')
  })

  test('is killed, fails and leaves half a file as its faults say', async () => {
    await writeFaults(guest, {
      kubeadm: {
        'certs/sa': { kill: true, times: 1 },
        kubeconfig: { fail: 'no space left on device' },
        'control-plane/scheduler': { half: true, times: 1 },
      },
    })
    const run = (...words: string[]) =>
      guest.run(['kubeadm', 'init', 'phase', ...words, '--config', '/root/kubeadm.yaml'])
    expect((await run('certs', 'sa')).status).toBe(137)
    expect((await run('certs', 'sa')).status).toBe(0)
    expect(await run('kubeconfig', 'all')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('error execution phase kubeconfig: no space left on device'),
    })
    const whole = await guest.readFile('/etc/kubernetes/manifests/kube-scheduler.yaml')
    expect((await run('control-plane', 'scheduler')).status).toBe(137)
    const half = await guest.readFile('/etc/kubernetes/manifests/kube-scheduler.yaml')
    expect(half.length).toBe(whole.length >> 1)
    expect(whole.startsWith(half)).toBe(true)
  })

  test('warns of fields it does not know, and validates strictly', async () => {
    const text = kubeadmConfiguration().replace('certSANs:', 'certSan:')
    await guest.writeFile('/root/typo.yaml', text)
    const listed = await guest.run(['kubeadm', 'config', 'images', 'list', '--config', '/root/typo.yaml'])
    expect(listed.stderr).toContain('strict decoding error: unknown field "apiServer.certSan"')
    expect(listed.stdout).toContain('registry.k8s.io/coredns/coredns:v1.14.2\nregistry.k8s.io/pause:3.10.2\n')
    expect((await guest.run(['kubeadm', 'config', 'validate', '--config', '/root/typo.yaml'])).status).toBe(1)
  })
})

function phase(words: string): Promise<string> {
  return guest.shell(`kubeadm init phase ${words} --config /root/kubeadm.yaml`)
}

async function certificateAt(name: string): Promise<X509Certificate> {
  return new X509Certificate(await guest.readFile(`/etc/kubernetes/pki/${name}.crt`))
}

function namesOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '').split(', ').toSorted()
}

async function mode(path: string): Promise<string> {
  return ((await stat(join(guest.root, 'etc/kubernetes', path))).mode & 0o777).toString(8)
}
