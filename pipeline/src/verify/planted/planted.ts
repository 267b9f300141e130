import type { Changes } from '../../../test/support/a-tree.ts'
import type { VerifyInput } from '../rule.ts'

/** One promise broken: what is wrong, how the good rootfs is changed for it, and all that the rule then says. */
export type Planted = readonly [
  what: string,
  changes: Changes,
  says: string | readonly string[],
  rest?: Partial<VerifyInput>,
]

/** By the names of rules. */
export type PlantedByRule = Readonly<Record<string, readonly Planted[]>>
