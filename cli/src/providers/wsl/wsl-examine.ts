import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError } from '../../files/file-error.ts'
import { type Finding, finding } from '../../finding.ts'
import type { ClusterName } from '../provider.ts'
import { hasDisk } from './cluster-places.ts'
import { decodeOutput } from './decode-output.ts'
import { examineWslConfig } from './wsl-config.ts'
import type { WslHost } from './wsl-host.ts'
import { ownOf, wslLeftovers } from './wsl-leftovers.ts'

/** The first with mirrored networks and DNS tunnels, which many need behind a VPN. */
const oldestVersion = '2.0.0'

/**
 * Looks at WSL, at the user's settings for it, and for what killed runs left. No distribution is started.
 * @throws KaweezleError what the client throws
 */
export async function examineWsl(
  host: WslHost,
  cluster: ClusterName,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly Finding[]> {
  return [
    versionOf(await host.client.version()),
    await virtualisationOf(host),
    ...(await configOf(environment['USERPROFILE'])),
    await defaultOf(host, cluster),
    await leftoversFinding(host),
  ]
}

/** Undefined is the WSL that came with Windows: https://learn.microsoft.com/windows/wsl/compare-versions. */
export function versionOf(version: string | undefined): Finding {
  const name = 'WSL version'
  const hint = 'Run `wsl --update`.'
  if (version === undefined) {
    const message = 'it is the one that came with Windows, which gets new features no more'
    return { name, verdict: 'warn', message, hint }
  }
  const isOld = version.localeCompare(oldestVersion, 'en', { numeric: true }) < 0
  const message = isOld ? `${version} is older than ${oldestVersion}` : version
  return finding(name, { verdict: isOld ? 'warn' : 'pass', message, hint })
}

/**
 * Whether virtual machines can be made. Where the service for them is missing, `wsl --status` ends well and gives the
 * address of a page, in every language the same (microsoft/WSL, WslClient.cpp, `Status`).
 */
async function virtualisationOf({ client }: WslHost): Promise<Finding> {
  const name = 'virtualisation'
  const { stdout, stderr } = await client.status()
  const said = decodeOutput(stdout) + decodeOutput(stderr)
  if (!said.includes('aka.ms/enablevirtualization'))
    return { name, verdict: 'pass', message: 'WSL does not miss it' }
  const hint =
    'Turn virtualisation on in the firmware (UEFI), run `wsl --install --no-distribution` as administrator, and restart Windows.'
  return { name, verdict: 'fail', message: 'WSL can make no virtual machine: only WSL 1 works', hint }
}

async function configOf(profile: string | undefined): Promise<readonly Finding[]> {
  if (!profile) return []
  const path = join(profile, '.wslconfig')
  try {
    return examineWslConfig(await readFile(path, 'utf8'))
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR'))
      return [{ name: '.wslconfig', verdict: 'pass', message: 'there is none' }]
    const reason = error instanceof Error ? error.message : String(error)
    return [{ name: '.wslconfig', verdict: 'warn', message: reason, hint: 'Make it readable for you.' }]
  }
}

/** What `wsl` without a name starts is the user's own business, and never a part of ours. */
async function defaultOf({ client, root }: WslHost, cluster: ClusterName): Promise<Finding> {
  const name = 'default distribution'
  const [first] = await client.list()
  if (first === undefined) return { name, verdict: 'pass', message: 'there is none' }
  const own = ownOf(root, first)
  if (own === undefined || !(await hasDisk(own))) return { name, verdict: 'pass', message: first }
  const hint = `Run \`wsl --set-default NAME\` with one of yours, or with ${cluster}.`
  return { name, verdict: 'warn', message: `it is ${first}, which is only for kaweezle`, hint }
}

async function leftoversFinding(host: WslHost): Promise<Finding> {
  const name = 'WSL leftovers'
  const found = await wslLeftovers(host)
  if (found.length === 0) return { name, verdict: 'pass', message: 'there are none' }
  const message = `a run that goes on or was killed has left ${found.map(({ what }) => what).join(', ')}`
  const removals = [...new Set(found.map(({ removal }) => removal))].join('; ')
  return { name, verdict: 'warn', message, hint: `If no other kaweezle runs: ${removals}.` }
}
