import { readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../control-plane/running.ts'

const podsFolder = '/sys/fs/cgroup/kubepods/burstable'

/** Where a container and its conmon are put, with `conmon_cgroup = "pod"` and the driver cgroupfs. */
export function groupOf(uid: string, id: string): string {
  return join(podsFolder, `pod${uid}`, `crio-${id}`)
}

/** Those of a pod, once nothing runs in them. */
export function removeGroups(uid: string): void {
  const folder = join(podsFolder, `pod${uid}`)
  try {
    for (const name of readdirSync(folder)) if (name.startsWith('crio-')) rmdirSync(join(folder, name))
    rmdirSync(folder)
  } catch (error) {
    // Without cgroups of the second version there are none; one that is still in use stays.
    if (!['ENOENT', 'EBUSY', 'ENOTEMPTY'].includes(codeOf(error) ?? '')) throw error
  }
}
