import { buildAgent } from '../agent/build-agent.ts'
import { openKey } from '../agent/choose-key.ts'
import { formatBytes } from '../render/amounts.ts'
import type { Build } from './build.ts'
import { step } from './step.ts'

/**
 * It comes this early because `apk` installs everything in one transaction: what the agent depends on is resolved and
 * locked with its packages in sight, and whether earlier results stand depends on their bytes.
 */
export const agent = step<Build>({
  name: 'agent',
  title: 'Build the packages of the agent',
  async run(build) {
    const { agent: loaded } = build.get('recipe')
    if (loaded === undefined) {
      build.set('agent', undefined)
      return { skipped: 'the recipe has none' }
    }
    const { agentKey, architecture } = build.options
    const key = await openKey(agentKey, process.env)
    const built = await buildAgent(loaded, { architecture, key, store: build.store })
    build.set('agent', built)
    const names = built.packages.map(({ facts }) => facts.info.name).join(' and ')
    const bytes = built.packages.reduce((sum, { blob }) => sum + blob.size, 0)
    return { done: `${names} ${built.version}, ${formatBytes(bytes)}, signed by ${key.keyName}` }
  },
})
