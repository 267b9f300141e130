import { posix } from 'node:path'
import { parseJson } from '../cluster/api-error.ts'
import { adminKubeconfigPath } from '../cluster/observe-api.ts'
import { AgentError } from '../errors.ts'
import type { Files } from '../host/host.ts'
import { recordPath, rootKubeconfigPath } from '../kubeadm/paths.ts'
import { recordSchema } from '../kubeadm/record.ts'
import { defaultName } from '../settings/settings.ts'
import type { ActContext } from './context.ts'
import { forgetKubeconfig, mergeKubeconfig, type OwnAccess } from './kubeconfig-text.ts'

/**
 * Gives root access to the cluster with `kubectl`, beside what else is in root's kubeconfig. One that cannot be
 * understood is set aside, never removed: it may hold the only credentials of another cluster.
 */
export async function writeRootKubeconfig({ host, logger }: ActContext, access: OwnAccess): Promise<void> {
  const { files } = host
  const admin = await files.read(adminKubeconfigPath)
  if (admin === undefined) {
    throw new AgentError('FILE_FAILED', `${adminKubeconfigPath} is not there any more`, {
      hint: 'Run this again: it is made anew.',
    })
  }
  await files.makeFolder(posix.dirname(rootKubeconfigPath), 0o700)
  let text = mergeKubeconfig(await files.read(rootKubeconfigPath), admin, access)
  if (text === undefined) {
    const aside = `${posix.dirname(rootKubeconfigPath)}/config.broken-${host.now()}`
    await files.rename(rootKubeconfigPath, aside)
    logger.warn(`${rootKubeconfigPath} could not be understood: it is now ${aside}`)
    text = mergeKubeconfig(undefined, admin, access) ?? ''
  }
  await files.write(rootKubeconfigPath, text, 0o600)
}

/** Takes the cluster's access out of root's kubeconfig, and the file away where it held nothing else. */
export async function forgetRootKubeconfig({
  host: { files },
  settings,
}: Pick<ActContext, 'host' | 'settings'>): Promise<void> {
  const existing = await files.read(rootKubeconfigPath)
  if (existing === undefined) return
  const text = forgetKubeconfig(existing, (await recordedName(files)) ?? settings.name ?? defaultName)
  // One that cannot be understood is not ours.
  if (text === undefined || text === existing) return
  if (text === '') await files.remove(rootKubeconfigPath)
  else await files.write(rootKubeconfigPath, text, 0o600)
}

async function recordedName(files: Files): Promise<string | undefined> {
  const text = await files.read(recordPath)
  const found = recordSchema.safeParse(text === undefined ? undefined : parseJson(text))
  return found.success ? found.data.name : undefined
}
