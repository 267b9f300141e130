import { hashPackageFiles } from '../contents/hash-package-files.ts'
import { changedPaths } from '../normalise/changed-paths.ts'
import { ownedPaths, pristineFiles } from '../normalise/owned-files.ts'
import { settleTimes } from '../normalise/settle-times.ts'
import { withoutLeftovers } from '../normalise/without-leftovers.ts'
import { applyEdits } from '../tree/apply-edits.ts'
import { canonicalTree } from '../tree/canonical-tree.ts'
import { mergeTrees } from '../tree/merge-trees.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { step } from './step.ts'

export const normalise = step<Build>({
  name: 'normalise',
  title: 'Remove every trace of the build',
  async run(build, progress) {
    if (build.get('standing').output) return outputStands
    const installed = build.get('installed')
    const cleaned = withoutLeftovers(installed.tree, ownedPaths(installed.packages))
    const edited = applyEdits(cleaned, [
      ...build.get('overlay'),
      ...build.get('services'),
      ...build.get('manifests'),
    ])
    const tree = canonicalTree(edited)
    const sha1 = await hashPackageFiles(tree, { ...installed, progress })
    const pristine = pristineFiles(installed.packages, { tree, sha1 })
    const rootfs = settleTimes(tree, {
      epoch: installed.epoch,
      buildDateOf: (path) => pristine.get(path)?.buildDate,
    })
    // Last: the times in the images are those that they were published with.
    const whole = mergeTrees(rootfs, build.get('preloaded').tree, installed.epoch)
    build.set('rootfs', { tree: whole, sha1, changed: changedPaths(cleaned, edited) })
    return {
      done: `${whole.size} entries, none younger than ${new Date(installed.epoch * 1000).toISOString()}`,
    }
  },
})
