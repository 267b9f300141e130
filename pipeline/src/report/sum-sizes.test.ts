import { expect, test } from 'vitest'
import { sumSizes } from './sum-sizes.ts'

test('the bytes of all paths of an owner are added up', () => {
  const members = new Map([
    ['bin/a', { packed: 1, unpacked: 10 }],
    ['bin/b', { packed: 2, unpacked: 20 }],
    ['etc/c', { packed: 4, unpacked: 40 }],
  ])
  const sums = sumSizes(members, (path) => path.slice(0, 3))
  expect(Object.fromEntries(sums)).toEqual({
    bin: { packed: 3, unpacked: 30 },
    etc: { packed: 4, unpacked: 40 },
  })
})
