import { readContent } from '../contents/read-content.ts'
import { PipelineError } from '../errors.ts'
import { rules, verifyTree } from '../verify/index.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { step } from './step.ts'

export const verify = step<Build>({
  name: 'verify',
  title: 'Hold the rootfs against its rules',
  async run(build) {
    if (build.get('standing').output) return outputStands
    const { recipe } = build.get('recipe')
    const { packages, reader, epoch } = build.get('installed')
    const { tree, sha1, changed } = build.get('rootfs')
    const findings = await verifyTree({
      tree,
      sha1,
      changed,
      architecture: build.options.architecture,
      epoch,
      packages,
      services: recipe.services,
      setuid: new Set(recipe.policy.setuid),
      head: async (path, limit) => {
        const entry = tree.get(path)
        if (entry?.type !== 'file') return new Uint8Array()
        return readContent(reader, { ...entry, size: Math.min(entry.size, limit) }, limit)
      },
    })
    if (findings.length === 0) return { done: `${rules.length} rules kept` }
    const list = findings.map(({ rule, message }) => `\n  ${rule}: ${message}`).join('')
    throw new PipelineError('POLICY_VIOLATION', `the rootfs breaks its rules:${list}`, {
      hint: 'Correct the recipe; docs/rules.md explains each rule.',
    })
  },
})
