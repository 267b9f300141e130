import type { Host } from '../host/host.ts'
import { dataFolder, machineMarkPath } from '../kubeadm/paths.ts'
import type { DataState } from '../plan/snapshot.ts'
import { nameSchema } from '../settings/schemas.ts'
import { parseMounts } from './mounts.ts'

/**
 * Whether the host keeps the data elsewhere and has not mounted them: the mark is there, and no mount. One that cannot
 * be read for want of its content, as after a power cut, is a mark all the same.
 */
export async function observeUnmounted({ files }: Host): Promise<DataState['unmounted']> {
  if ((await files.stat(machineMarkPath))?.type !== 'file') return undefined
  const [mark, mountinfo] = await Promise.all([
    files.read(machineMarkPath),
    files.read('/proc/self/mountinfo'),
  ])
  if (parseMounts(mountinfo ?? '').some(({ point }) => point === dataFolder)) return undefined
  return { cluster: nameSchema.safeParse(mark?.trim().split(/\s+/)[0]).data }
}
