import { X509Certificate } from 'node:crypto'
import { authorities, certificates, load, renew } from './certs.ts'
import type { Configuration } from './config.ts'
import { KubeadmError, say } from './failure.ts'
import { phase } from './faults.ts'
import { certificateIn, renewKubeconfig } from './kubeconfigs.ts'

/** In kubeadm's order, which is by name. */
const confs = ['admin', 'controller-manager', 'scheduler', 'super-admin']

export async function renewCommand(config: Configuration, name: string): Promise<void> {
  const targets = name === 'all' ? renewable() : [name]
  for (const target of targets)
    await phase(`certs renew ${target}`, () => renewOne(config, target, name === 'all'))
  if (name === 'all')
    say(
      '\nDone renewing certificates. You must restart the kube-apiserver, kube-controller-manager, kube-scheduler and etcd, so that they can use the new certificates.',
    )
}

export function renewable(): string[] {
  return [...certificates.map(({ name }) => name), ...confs.map((conf) => `${conf}.conf`)].toSorted()
}

async function renewOne(config: Configuration, name: string, optional: boolean): Promise<void> {
  const certificate = certificates.find((one) => one.name === name)
  const conf = confs.find((one) => `${one}.conf` === name)
  const title =
    conf === undefined
      ? `certificate ${titleOf(name)}`
      : `certificate embedded in the kubeconfig file ${titleOf(name)}`
  if (certificate) {
    if (optional && !load(config, certificate.path)) return say(`MISSING! ${title}`)
    await renew(config, certificate)
  } else if (conf !== undefined) {
    if (optional && certificateIn(conf) === undefined) return say(`MISSING! ${title}`)
    await renewKubeconfig(config, conf)
  } else throw new KubeadmError(`invalid subcommand "${name}"`)
  say(`${title} renewed`)
}

export function checkExpiration(config: Configuration, output: string): void {
  const leaves = renewable().map((name) => {
    const certificate = certificates.find((one) => one.name === name)
    const pem = certificate
      ? load(config, certificate.path)?.certificate
      : certificateIn(name.replace(/\.conf$/, ''))
    return entry(name, pem, certificate?.authority.replace('/', '-') ?? 'ca')
  })
  const roots = Object.entries(authorities).map(([path, { phase: name }]) =>
    entry(name, load(config, path)?.certificate),
  )
  if (output === 'json') {
    const list = { kind: 'CertificateExpirationInfo', apiVersion: 'output.kubeadm.k8s.io/v1alpha3' }
    say(JSON.stringify({ ...list, certificates: leaves, certificateAuthorities: roots }, undefined, 2))
    return
  }
  say(
    'CERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED',
  )
  for (const { name, expirationDate, residualTimeSeconds, caName } of leaves)
    say(
      `${name.padEnd(26)} ${date(expirationDate)}   ${days(residualTimeSeconds)}${(caName ?? '').padEnd(23)} no`,
    )
  say('\nCERTIFICATE AUTHORITY   EXPIRES                  RESIDUAL TIME   EXTERNALLY MANAGED')
  for (const { name, expirationDate, residualTimeSeconds } of roots)
    say(`${name.padEnd(23)} ${date(expirationDate)}   ${days(residualTimeSeconds)}no`)
}

function entry(name: string, pem: string | undefined, caName?: string) {
  const expires = pem === undefined ? undefined : new Date(new X509Certificate(pem).validTo)
  return {
    name,
    ...(expires && {
      expirationDate: expires.toISOString().replace('.000', ''),
      residualTimeSeconds: Math.max(0, Math.floor((expires.getTime() - Date.now()) / 1000)),
    }),
    ...(caName !== undefined && { caName }),
    externallyManaged: false,
    missing: pem === undefined,
  }
}

function date(iso = ''): string {
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T(\d+:\d+)/.exec(iso) ?? []
  return year === undefined
    ? '!MISSING!'.padEnd(22)
    : `${months[Number(month) - 1]} ${day}, ${year} ${time} UTC`
}

function days(seconds = 0): string {
  return `${seconds >= 86_400 ? `${Math.floor(seconds / 86_400)}d` : '<invalid>'}`.padEnd(16)
}

function titleOf(name: string): string {
  const titles: Readonly<Record<string, string>> = {
    'admin.conf': 'for the admin to use and for kubeadm itself',
    apiserver: 'for serving the Kubernetes API',
    'apiserver-etcd-client': 'the apiserver uses to access etcd',
    'apiserver-kubelet-client': 'for the API server to connect to kubelet',
    'controller-manager.conf': 'for the controller manager to use',
    'etcd-healthcheck-client': 'for liveness probes to healthcheck etcd',
    'etcd-peer': 'for etcd nodes to communicate with each other',
    'etcd-server': 'for serving etcd',
    'front-proxy-client': 'for the front proxy client',
    'scheduler.conf': 'for the scheduler manager to use',
    'super-admin.conf': 'for the super-admin',
  }
  return titles[name] ?? name
}
