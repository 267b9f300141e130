import { conclusionOf, titleOf } from '../diff/conclusion.ts'
import type { Difference } from '../diff/schema.ts'
import { sectionsOf } from '../diff/sections.ts'
import type { Comparison } from './report.ts'

/** A difference as the page shows it. The sizes of the whole are in every one, whatever was measured. */
export function describeComparison(difference: Difference): Comparison {
  const total = difference.size.causes.find(({ cause }) => cause === 'total')
  return {
    old: titleOf(difference).old,
    bytes: { packed: total?.packed.old ?? 0, unpacked: total?.unpacked.old ?? 0 },
    sections: sectionsOf(difference, { verbose: false }),
    notes: conclusionOf(difference),
  }
}
