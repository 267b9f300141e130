import { digestContent } from '../contents/digest-content.ts'
import { changedPaths } from '../normalise/changed-paths.ts'
import { ownedFiles, ownedPaths, pristineFiles } from '../normalise/owned-files.ts'
import { settleTimes } from '../normalise/settle-times.ts'
import { withoutLeftovers } from '../normalise/without-leftovers.ts'
import { applyEdits } from '../tree/apply-edits.ts'
import { canonicalTree } from '../tree/canonical-tree.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import type { Installed } from './results.ts'
import { step } from './step.ts'

export const normalise = step<Build>({
  name: 'normalise',
  title: 'Remove every trace of the build',
  async run(build, progress) {
    if (build.get('standing').output) return outputStands
    const installed = build.get('installed')
    const cleaned = withoutLeftovers(installed.tree, ownedPaths(installed.packages))
    const edited = applyEdits(cleaned, [...build.get('overlay'), ...build.get('services')])
    const tree = canonicalTree(edited)
    const sha1 = await hashPackageFiles(tree, installed, progress)
    const pristine = pristineFiles(installed.packages, { tree, sha1 })
    const rootfs = settleTimes(tree, {
      epoch: installed.epoch,
      buildDateOf: (path) => pristine.get(path)?.buildDate,
    })
    build.set('rootfs', { tree: rootfs, sha1, changed: changedPaths(cleaned, edited) })
    return {
      done: `${rootfs.size} entries, none younger than ${new Date(installed.epoch * 1000).toISOString()}`,
    }
  },
})

async function hashPackageFiles(
  tree: Tree,
  { packages, reader }: Installed,
  progress: { bytes: (done: number, total?: number) => void },
): Promise<Map<TreePath, string>> {
  const owned = [...ownedFiles(tree, packages)]
  const total = owned.reduce((sum, { size }) => sum + size, 0)
  const digests = new Map<TreePath, string>()
  let done = 0
  for (const entry of owned) {
    digests.set(entry.path, await digestContent(reader, entry, 'sha1'))
    done += entry.size
    progress.bytes(done, total)
  }
  return digests
}
