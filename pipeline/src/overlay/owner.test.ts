import { expect, test } from 'vitest'
import { ownerResolver } from './owner.ts'

const ownerOf = ownerResolver({
  passwd: 'root:x:0:0:::\ntwice:x:5:5:::\ntwice:x:6:6:::\nbroken:x:five:5:::\nshort\n',
  group: 'root:x:0:\ntwice:x:15:\ntwice:x:16:\nempty:x::\n',
  shadow: '',
})

test.each([
  [undefined, 0, 0],
  ['root:root', 0, 0],
  ['0:42', 0, 42],
  ['99999:root', 99999, 0],
  ['twice:twice', 5, 15],
])('%s is %i:%i', (owner, uid, gid) => {
  expect(ownerOf(owner)).toEqual({ uid, gid })
})

test.each([
  ['nobody:root', "user 'nobody'"],
  ['root:nobody', "group 'nobody'"],
  ['broken:root', "user 'broken'"],
  ['short:root', "user 'short'"],
  ['root:empty', "group 'empty'"],
  ['root', "group ''"],
  [':root', "user ''"],
  ['-1:root', "user '-1'"],
])('%s is refused', (owner, who) => {
  expect(() => ownerOf(owner)).toThrow(
    expect.objectContaining({
      code: 'RECIPE_INVALID',
      message: `the image has no ${who}, which the recipe names as an owner`,
      hint: expect.stringContaining('number'),
    }),
  )
})
