import { PipelineError } from '../errors.ts'
import { readLock } from '../load/read-lock.ts'
import { assertLockAnswers } from '../locks/assert-answers.ts'
import { printPackagesLock } from '../locks/print.ts'
import { shownPath } from '../render/shown-path.ts'
import { commitText } from '../store/commit.ts'
import type { Build } from './build.ts'
import { findStanding } from './standing.ts'
import { step } from './step.ts'

export const locks = step<Build>({
  name: 'locks',
  title: 'Read the locks',
  async run(build, progress) {
    const loaded = build.get('recipe')
    const { architecture, locked, offline } = build.options
    const file = shownPath(loaded.lockFile)
    const existing = await readLock(loaded.lockFile)
    const question = { recipe: loaded.digest, architecture, file }
    const hasAnswer = existing?.architectures[architecture] !== undefined
    if (!hasAnswer && (locked || offline)) {
      throw new PipelineError('LOCK_STALE', `${file} does not lock ${architecture}`, {
        hint: 'Run `npm run lock` for this recipe where a mirror can be reached, and commit the lock.',
      })
    }
    if (existing !== undefined && hasAnswer) {
      build.set('lock', assertLockAnswers(existing, question))
    } else {
      const lock = await build.resolve(loaded, architecture, progress)
      const architectures = { ...existing?.architectures, [architecture]: lock }
      await commitText(loaded.lockFile, printPackagesLock({ version: 1, architectures }))
      build.set('lock', lock)
    }
    build.set('standing', await findStanding(build))
    const { base, packages } = build.get('lock')
    const verb = hasAnswer ? 'of' : 'written to'
    return { done: `Alpine ${base.version} and ${packages.length} packages ${verb} ${file}` }
  },
})
