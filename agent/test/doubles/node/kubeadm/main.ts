import { parseFlags } from '../../control-plane/flags.ts'
import { programVersion } from '../version.ts'
import { checkExpiration, renewCommand } from './certs-command.ts'
import { type Configuration, readConfiguration } from './config.ts'
import { KubeadmError, say, warn } from './failure.ts'
import { phase } from './faults.ts'
import { allImages, listedImages } from './images.ts'
import { init, initPhase } from './init.ts'
import { reset } from './reset.ts'
import { clusterConfiguration, upgradeApply, upgradeNode, upgradePlan } from './upgrade.ts'

/** Flags that stand alone; all others take the next word where they have no `=`. */
const switches = [
  '-f',
  '--force',
  '-y',
  '--yes',
  '--cleanup-tmp-dir',
  '--upload-certs',
  '--dry-run',
  '--help',
  '-h',
]

/** The double of kubeadm 1.36: https://kubernetes.io/docs/reference/setup-tools/kubeadm/ */
export async function main(argv: string[]): Promise<number> {
  try {
    await run(argv)
    return 0
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error
    const prefix = error.message.startsWith('error ') || error.message.startsWith('[') ? '' : 'error: '
    warn(`${prefix}${error.message}\nTo see the stack trace of this error execute with --v=5 or higher`)
    return error.status
  }
}

async function run(argv: string[]): Promise<void> {
  const words = wordsOf(argv)
  // A switch must not take the word behind it.
  const flags = parseFlags(argv.map((word) => (switches.includes(word) ? `${word}=true` : word)))
  const config = () => readConfiguration(flags.get('config'))
  const context = () => ({
    config: withFlags(config(), flags.get),
    ignored: flags.list('ignore-preflight-errors'),
  })
  const output = flags.get('o') ?? flags.get('output') ?? ''
  const [command = '', next = '', third = ''] = words
  if (command === 'version') return version(output)
  if (command === 'config') return configCommand(words, flags.get)
  if (command === 'init' && next === 'phase') return initPhase(words.slice(2), context())
  if (command === 'init' && next === '') return init(context(), flags.list('skip-phases'))
  if (command === 'certs' && next === 'check-expiration')
    return checkExpiration(await known(flags.get('config')), output)
  if (command === 'certs' && next === 'renew') {
    const settled = await known(flags.get('config'))
    return phase('certs renew', () => renewCommand(settled, third))
  }
  if (command === 'upgrade') return phase('upgrade', () => upgrade(next, third, flags.get))
  if (command === 'reset') {
    if (flags.get('f') === undefined && flags.get('force') === undefined)
      throw new KubeadmError('aborted reset operation')
    return phase('reset', () => reset(config(), flags.get('cleanup-tmp-dir') !== undefined))
  }
  throw new KubeadmError(`unknown command "${words.join(' ')}" for "kubeadm"`)
}

function version(output: string): void {
  const gitVersion = programVersion('kubeadm')
  const [major, minor] = gitVersion.slice(1).split('.')
  const facts = {
    major,
    minor,
    gitVersion,
    gitTreeState: 'clean',
    goVersion: 'go1.26.3',
    compiler: 'gc',
    platform: 'linux/amd64',
  }
  if (output === 'short') say(gitVersion)
  else if (output === 'json') say(JSON.stringify({ clientVersion: facts }, undefined, 2))
  else if (output === '')
    say(`kubeadm version: &version.Info{Major:"${major}", Minor:"${minor}", GitVersion:"${gitVersion}"}`)
  else throw new KubeadmError(`invalid output format: ${output}`)
}

function configCommand([, verb, what]: string[], get: (name: string) => string | undefined): void {
  const file = get('config')
  if (verb === 'images' && what === 'list') {
    const images =
      file === undefined ? listedImages(get('kubernetes-version')) : allImages(readConfiguration(file))
    for (const image of images) say(image)
  } else if (verb === 'validate') {
    if (file === undefined) throw new KubeadmError('the --config flag is mandatory')
    readConfiguration(file, true)
    say('ok')
  } else throw new KubeadmError(`unknown command "config ${verb} ${what ?? ''}"`)
}

async function upgrade(
  verb: string,
  version: string,
  get: (name: string) => string | undefined,
): Promise<void> {
  if (verb === 'plan') return upgradePlan()
  if (verb === 'node') return upgradeNode()
  if (verb !== 'apply') throw new KubeadmError(`unknown command "upgrade ${verb}"`)
  if (version === '')
    throw new KubeadmError('missing one or more required arguments. Required arguments: [version]')
  if (get('y') === undefined && get('yes') === undefined && get('f') === undefined)
    throw new KubeadmError(
      "[upgrade/confirm] Are you sure you want to proceed? [y/N]: error: won't proceed; the user didn't answer (Y|y) in order to continue",
    )
  return upgradeApply(version, get('certificate-renewal') !== 'false')
}

/** That of the file, else that of the cluster, else kubeadm's defaults. */
async function known(path: string | undefined): Promise<Configuration> {
  if (path !== undefined) return readConfiguration(path)
  say('[renew] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...')
  try {
    return await clusterConfiguration()
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error
    say('[renew] Error reading configuration from the Cluster. Falling back to default configuration\n')
    return readConfiguration(undefined)
  }
}

function withFlags(config: Configuration, get: (name: string) => string | undefined): Configuration {
  const address = get('apiserver-advertise-address')
  const names = get('apiserver-cert-extra-sans')
  const endpoint = get('control-plane-endpoint')
  const [network, node, wanted] = [get('pod-network-cidr'), get('node-name'), get('kubernetes-version')]
  return {
    ...config,
    ...(address !== undefined && { advertiseAddress: address }),
    ...(names !== undefined && { certSANs: names.split(',') }),
    ...(endpoint !== undefined && { controlPlaneEndpoint: endpoint }),
    ...(network !== undefined && { podSubnet: network }),
    ...(node !== undefined && { node }),
    ...(wanted !== undefined && { version: `v${wanted.replace(/^v/, '')}` }),
  }
}

function wordsOf(argv: string[]): string[] {
  const words: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-')) words.push(word)
    else if (!word.includes('=') && !switches.includes(word)) at++
  }
  return words
}
