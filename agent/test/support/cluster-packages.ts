import { readFile } from 'node:fs/promises'
import type { ApkFile } from '../../../pipeline/test/support/build-apk.ts'
import { kubectlBinary, kubectlMissing } from '../../../pipeline/test/support/kubectl.ts'
import type { OwnPackages } from '../../../pipeline/test/support/own-mirror.ts'
import { conmonScript } from './conmon-script.ts'
import { doubleScript, doublesPath } from './doubles-bundle.ts'
import { hostToolsMissing, iproute2Files, iptablesFiles } from './host-tools.ts'
import { muslRuntime, muslRuntimeMissing } from './musl-runtime.ts'
import { nodeRuntimeFiles, nodeRuntimeMissing } from './node-runtime.ts'
import { pauseProgram } from './pause-program.ts'
import { crioService, kubeletService, kubeletSettings } from './service-scripts.ts'

export const clusterPackagesVersion = '1.36.1-r2'

/** What a recipe of a cluster asks for, by the names of rootfs.yaml; not zsh, whose completions the mirror lacks. */
export const clusterPackageNames = [
  ...['openrc', 'ca-certificates', 'git', 'nodejs', 'kubelet', 'kubeadm', 'kubectl', 'cri-o', 'cri-tools'],
  ...['cni-plugins', 'iproute2', 'iptables', 'util-linux-misc', 'oh-my-zsh'],
]

type Package = OwnPackages[string]

/** Why {@link clusterPackages} cannot be made here; nothing when they can. */
export async function clusterPackagesMissing(): Promise<string | undefined> {
  return (
    (await hostToolsMissing()) ??
    (await kubectlMissing()) ??
    (await muslRuntimeMissing()) ??
    (await nodeRuntimeMissing())
  )
}

/** What `/usr/bin/node` is. */
export type Runtime = 'bun' | 'node'

export interface ClusterPackagesOptions {
  /** The doubles' one file. */
  readonly doubles?: string
  /** The version of kubelet, kubeadm and kubectl. */
  readonly version?: string
  /** Default: bun, which is built for musl. The doubles run on it in any case: it starts sooner. */
  readonly runtime?: Runtime
}

/** The packages of a node: genuine where the genuine program runs here, else the doubles by the same names. */
export async function clusterPackages({
  doubles = '',
  version = clusterPackagesVersion,
  runtime = 'bun',
}: ClusterPackagesOptions = {}): Promise<OwnPackages> {
  const [bun, kubectl] = await Promise.all([readFile(muslRuntime), kubectlBinary().then(readFile)])
  const kubernetes = { pkgver: version }
  const doublesRuntime = runtime === 'bun' ? '/usr/bin/node' : '/usr/lib/kube-doubles/bun'
  const double = (name: string) => ({ [`usr/bin/${name}`]: program(doubleScript(name, doublesRuntime)) })
  return {
    nodejs: {
      info: info({ pkgver: '24.13.0-r3', depend: ['libgcc', 'libstdc++'] }),
      files: runtime === 'bun' ? { 'usr/bin/node': program(bun) } : await nodeRuntimeFiles(),
    },
    'kube-doubles': {
      info: info({ pkgver: '1.0-r0', depend: ['nodejs'] }),
      files: {
        [doublesPath.slice(1)]: doubles,
        'usr/lib/kube-doubles/pause': program(pauseProgram()),
        ...(runtime === 'node' && { [doublesRuntime.slice(1)]: program(bun) }),
      },
    },
    kubelet: {
      info: info({ ...kubernetes, depend: ['iptables', 'kube-doubles'] }),
      files: { ...double('kubelet'), ...versionFile('kubelet', version) },
    },
    ...service('kubelet', kubernetes.pkgver, kubeletService, { 'etc/conf.d/kubelet': kubeletSettings }),
    kubeadm: {
      info: info({
        ...kubernetes,
        // Not ethtool: with it comes a part of ifupdown that the mirror lacks.
        depend: ['iproute2', 'socat', 'conntrack-tools', 'cri-tools', 'kube-doubles'],
      }),
      files: { ...double('kubeadm'), ...versionFile('kubeadm', version) },
    },
    kubectl: { info: info(kubernetes), files: { 'usr/bin/kubectl': program(kubectl) } },
    'cri-o': {
      info: info({
        pkgver: '1.36.0-r1',
        depend: ['cni-plugins', 'conmon', 'conntrack-tools', 'containers-common', 'iproute2', 'crun'],
      }),
      files: { ...double('crio'), 'etc/crio/crio.conf': '[crio]\n' },
    },
    ...service('cri-o', '1.36.0-r1', crioService, {}, 'crio'),
    'cri-tools': {
      info: info({ pkgver: '1.36.0-r0', depend: ['kube-doubles'] }),
      files: double('crictl'),
    },
    conmon: { info: info({ pkgver: '2.1.13-r1' }), files: { 'usr/bin/conmon': program(conmonScript) } },
    'cni-plugins': {
      info: info({ pkgver: '1.9.0-r1' }),
      files: Object.fromEntries(
        ['bridge', 'host-local', 'loopback', 'portmap'].map((name) => [`usr/libexec/cni/${name}`, nothing]),
      ),
    },
    iproute2: { info: info({ pkgver: '6.17.0-r0' }), files: await iproute2Files() },
    iptables: { info: info({ pkgver: '1.8.11-r1' }), files: await iptablesFiles() },
    'oh-my-zsh': {
      info: info({ pkgver: '0_git20250718-r1' }),
      files: { 'usr/share/oh-my-zsh/templates/zshrc.zsh-template': '# A template.\n' },
    },
    ...Object.fromEntries(
      ['util-linux-misc', 'socat', 'conntrack-tools', 'containers-common', 'crun'].map((name) => [
        name,
        { info: info({ pkgver: '99-r0' }), files: { [`usr/share/doc/${name}`]: 'A stand-in.\n' } },
      ]),
    ),
  }
}

/** What the double calls its version. */
function versionFile(name: string, version: string): Record<string, string> {
  return { [`usr/lib/kube-doubles/${name}.version`]: `v${version.replace(/-r\d+$/, '')}\n` }
}

const nothing: ApkFile = program('#!/bin/sh\nexit 0\n')

function service(
  of: string,
  version: string,
  script: string,
  files: Record<string, string>,
  name = of,
): Record<string, Package> {
  return {
    [`${of}-openrc`]: {
      info: info({ pkgver: version, install_if: `openrc ${of}=${version}` }),
      files: { [`etc/init.d/${name}`]: program(script), ...files },
    },
  }
}

function info(lines: Record<string, string | readonly string[]>): Record<string, string | readonly string[]> {
  return { arch: 'x86_64', ...lines }
}

function program(content: string | Buffer): ApkFile {
  return { content, mode: 0o755 }
}
