import { describe, expect, test } from 'vitest'
import { aRootfs, usrMerged } from '../../test/support/a-tree.ts'
import { rules, verifyTree } from './index.ts'
import { plantedArchive } from './planted/archive.ts'
import { plantedPeople } from './planted/people.ts'
import { plantedPrograms } from './planted/programs.ts'
import { plantedWsl } from './planted/wsl.ts'

const planted = { ...plantedPrograms, ...plantedPeople, ...plantedWsl, ...plantedArchive }

describe.each(Object.entries(planted))('the rule %s', (name, rows) => {
  const plants = rows.map(([what, changes, says, rest]) => ({ what, changes, says, rest }))

  test.each(plants)('finds $what', async ({ changes, says, rest }) => {
    const findings = (await verifyTree(aRootfs(changes, rest))).filter(({ rule }) => rule === name)
    expect(findings.map(({ message }) => message)).toEqual([says].flat())
    expect(findings).not.toEqual([])
  })

  test.each(plants)('finds $what where /bin and /lib are links into /usr', async ({ changes, rest }) => {
    const findings = await verifyTree(usrMerged(aRootfs(changes, rest)))
    expect(findings).toContainEqual({ rule: name, message: expect.any(String) })
  })
})

test('every rule has a name of its own and a planted finding', () => {
  expect(Object.keys(planted).toSorted()).toEqual(rules.map(({ name }) => name).toSorted())
})
