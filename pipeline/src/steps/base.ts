import type { Build } from './build.ts'
import { outputStands, packagesStand } from './output-stands.ts'
import { step } from './step.ts'

export const base = step<Build>({
  name: 'base',
  title: 'Unpack the base in the engine',
  async run(build) {
    const standing = build.get('standing')
    if (standing.output) return outputStands
    if (standing.packages !== undefined) return packagesStand
    const { architecture } = build.options
    const engine = await build.engine()
    const sandbox = await engine.open({ base: build.get('fetched').base.path, architecture })
    build.resources.use(sandbox)
    build.set('sandbox', sandbox)
    return { done: `engine ${engine.name}` }
  },
})
