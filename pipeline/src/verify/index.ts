import { accountRules } from './account-rules.ts'
import { archiveRules } from './archive-rules.ts'
import { hygieneRules } from './hygiene-rules.ts'
import { packageFiles } from './package-files.ts'
import { permissionRules } from './permission-rules.ts'
import type { Rule, VerifyInput } from './rule.ts'
import { runlevels } from './runlevels.ts'
import { busyboxLinks, shell } from './shell-rules.ts'
import { trustRules } from './trust-rules.ts'
import { withoutLayers } from './without-layers.ts'
import { wslRules } from './wsl-rules.ts'

/** Every promise that a rootfs is held to, in the order they are checked. */
export const rules: readonly Rule[] = [
  shell,
  busyboxLinks,
  packageFiles,
  runlevels,
  ...permissionRules,
  ...accountRules,
  ...trustRules,
  ...hygieneRules,
  ...wslRules,
  ...archiveRules,
]

export interface Finding {
  readonly rule: string
  readonly message: string
}

/**
 * Holds a tree against every rule, or those that are given; an empty list means that all promises are kept. Only
 * rules on the archive as such see what lies in the layers of container images.
 */
export async function verifyTree(input: VerifyInput, chosen = rules): Promise<Finding[]> {
  const own = { ...input, tree: withoutLayers(input.tree) }
  const found = await Promise.all(
    chosen.map(async ({ name, scope, check }) => {
      const messages = await check(scope === 'archive' ? input : own)
      return messages.map((message) => ({ rule: name, message }))
    }),
  )
  return found.flat()
}
