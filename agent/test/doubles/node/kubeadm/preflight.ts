import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { codeOf } from '../../control-plane/running.ts'
import { callRuntime } from '../runtime/call.ts'
import { versionParts } from '../version.ts'
import type { Configuration } from './config.ts'
import { KubeadmError, say, warn } from './failure.ts'
import { read } from './files.ts'
import { allImages } from './images.ts'
import { manifestsFolder } from './manifests.ts'

type Check = [name: string, run: () => Promise<string | undefined> | string | undefined]

/** `ignored` are names in any case, or `all`. */
export async function preflight(config: Configuration, ignored: string[]): Promise<void> {
  say('[preflight] Running pre-flight checks')
  const ignore = new Set([...ignored, ...config.ignorePreflightErrors].map((name) => name.toLowerCase()))
  if (/\S+\n\S/.test(read('/proc/swaps') ?? ''))
    warn(
      '\t[WARNING Swap]: swap is supported for cgroup v2 only. The kubelet must be properly configured to use swap.',
    )
  const errors: string[] = []
  async function run(checks: Check[]): Promise<void> {
    for (const [name, check] of checks) {
      const problem = await check()
      if (problem === undefined) continue
      if (ignore.has('all') || ignore.has(name.toLowerCase())) warn(`\t[WARNING ${name}]: ${problem}`)
      else errors.push(`\t[ERROR ${name}]: ${problem}`)
    }
    if (errors.length === 0) return
    throw new KubeadmError(
      `[preflight] Some fatal errors occurred:\n${errors.join('\n')}\n[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
    )
  }
  await run(hostChecks(config))
  say('[preflight] Pulling images required for setting up a Kubernetes cluster')
  say('[preflight] This might take a minute or two, depending on the speed of your internet connection')
  say("[preflight] You can also perform this action beforehand using 'kubeadm config images pull'")
  await run([['ImagePull', () => missingImages(config)]])
}

function hostChecks(config: Configuration): Check[] {
  const ports = [config.bindPort, 10259, 10257]
  const manifests = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd']
  return [
    ['KubeletVersion', () => kubeletProblem(config)],
    ...ports.map(portCheck),
    ...manifests.map((name): Check => {
      const path = `${manifestsFolder}/${name}.yaml`
      return [
        `FileAvailable-${path.replaceAll('/', '-')}`,
        () => (existsSync(path) ? `${path} already exists` : undefined),
      ]
    }),
    ['FileContent--proc-sys-net-ipv4-ip_forward', forwarding],
    ['CRI', () => runtimeProblem(config)],
    portCheck(10250),
    ...[2379, 2380].map(portCheck),
    [`DirAvailable-${config.etcdDataDir.replaceAll('/', '-')}`, () => notEmpty(config.etcdDataDir)],
  ]
}

function portCheck(port: number): Check {
  return [
    `Port-${port}`,
    () =>
      new Promise((resolve) => {
        const server = createServer()
        server.once('error', () => resolve(`Port ${port} is in use`))
        server.listen(port, () => server.close(() => resolve(undefined)))
      }),
  ]
}

function notEmpty(path: string): string | undefined {
  try {
    return readdirSync(path).length > 0 ? `${path} is not empty` : undefined
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function forwarding(): string | undefined {
  if (read('/proc/sys/net/ipv4/ip_forward')?.trim() === '1') return undefined
  return '/proc/sys/net/ipv4/ip_forward contents are not set to 1'
}

function kubeletProblem({ version }: Configuration): string | undefined {
  const text = execFileSync('kubelet', ['--version'], { encoding: 'utf8' })
  const kubelet = text.trim().replace('Kubernetes ', '')
  if (versionParts(kubelet)[1] <= versionParts(version)[1]) return undefined
  return `the kubelet version is higher than the control plane version. This is not a supported version skew and may lead to a malfunctional cluster. Kubelet version: ${JSON.stringify(kubelet.slice(1))} Control plane version: ${JSON.stringify(version.slice(1))}`
}

async function runtimeProblem({ criSocket }: Configuration): Promise<string | undefined> {
  try {
    await callRuntime('info', {}, criSocket)
    return undefined
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `could not connect to the container runtime: failed to create new CRI runtime service: validate service connection: validate CRI v1 runtime API for endpoint "${criSocket}": rpc error: code = Unavailable desc = ${reason}`
  }
}

async function missingImages(config: Configuration): Promise<string | undefined> {
  const { images } = await callRuntime('images', {}, config.criSocket)
  const have = new Set(images.flatMap(({ repoTags }) => repoTags))
  const missing = allImages(config).filter((image) => !have.has(image))
  if (missing.length === 0) return undefined
  return missing
    .map(
      (image) =>
        `failed to pull image ${image}: failed to pull image ${image}: rpc error: code = Unknown desc = pinging container registry: dial tcp: lookup: no such host`,
    )
    .join('\n')
}
