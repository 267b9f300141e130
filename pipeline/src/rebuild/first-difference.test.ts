import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aTree, type Changes, directory, hardLink, link, text } from '../../test/support/a-tree.ts'
import { alpineLikeTree } from '../tar/alpine-like-tree.fixture.ts'
import { tarOf } from '../tar/in-memory.fixture.ts'
import { chunksOf, end, member } from '../tar/raw-tar.fixture.ts'
import { firstDifference } from './first-difference.ts'

function compare(one: Uint8Array, other: Uint8Array) {
  return firstDifference(
    { label: 'a.tar', name: 'the release', open: () => chunksOf(one) },
    { label: 'b.tar', name: 'the rebuilt one', open: () => chunksOf(other, 999) },
  )
}

const tar = async (changes: Changes) => tarOf(aTree(changes))
const device = (minor: number) => ({ type: 'character', major: 1, minor, mode: 0o666 }) as const

test.each<[what: string, old: Changes[string], next: Changes[string], words: string]>([
  [
    'mode',
    text('a'),
    text('a', { mode: 0o4644 }),
    'its mode is 644 in the release, and 4644 in the rebuilt one',
  ],
  ['owner', text('a'), text('a', { uid: 7 }), 'its owner is 0:0 in the release, and 7:0 in the rebuilt one'],
  ['size', text('a'), text('ab'), 'its size is 1 bytes in the release, and 2 bytes in the rebuilt one'],
  ['type', text('a'), directory, 'its type is file in the release, and directory in the rebuilt one'],
  ['content', text('abcd'), text('abXd'), 'its content differs from byte 2 on'],
  ['target', link('a'), link('b'), 'its target is a in the release, and b in the rebuilt one'],
  ['device', device(3), device(5), 'its device number is 1:3 in the release, and 1:5 in the rebuilt one'],
  [
    'time',
    text('a'),
    { ...text('a'), mtime: 1704067201 },
    'its time is 2024-01-01T00:00:00.000Z in the release, and 2024-01-01T00:00:01.000Z in the rebuilt one',
  ],
  [
    'attributes',
    text('a'),
    { ...text('a'), xattrs: new Map([['security.capability', Buffer.of(1, 2)]]) },
    'its extended attribute security.capability is none in the release, and 0x0102 in the rebuilt one',
  ],
  ['absence', text('a'), undefined, 'it is in the release, and not there in the rebuilt one'],
  ['addition', undefined, text('a'), 'it is in the rebuilt one, and not there in the release'],
])('a difference in %s is told with its member', async (_, old, next, words) => {
  const [one, other] = [await tar({ 'etc/x': old }), await tar({ 'etc/x': next })]
  expect(await compare(one, other)).toEqual({ member: '/etc/x', what: words })
})

test('what only the last member of one is, is told too', async () => {
  const [one, other] = [await tar({}), await tar({ zzz: text('x') })]
  expect(await compare(one, other)).toMatchObject({ member: '/zzz' })
  expect(await compare(other, one)).toMatchObject({ member: '/zzz' })
})

test('of several differences the first is told', async () => {
  const one = await tar({ 'etc/a': text('1'), 'etc/b': hardLink('etc/a'), 'etc/c': text('1') })
  const other = await tar({ 'etc/a': text('1'), 'etc/b': text('1'), 'etc/c': text('2') })
  expect(await compare(one, other)).toMatchObject({
    member: '/etc/b',
    what: expect.stringMatching(/^its type is hardlink/),
  })
})

test('a name cannot break the line that tells it', async () => {
  const one = await tar({ 'etc/a\n\x1b[2Jb': text('1') })
  expect((await compare(one, await tar({})))?.member).toBe('/etc/a\\x0a\\x1b[2Jb')
})

test('an archive does not differ from itself, whatever is in it', async () => {
  const all = await tarOf(alpineLikeTree)
  expect(await compare(all, all)).toBeUndefined()
})

test('the same members written otherwise are told with the byte', async () => {
  const [one, other] = [member({ name: 'a' }, 'x'), member({ name: './a' }, 'x')]
  expect(await compare(Buffer.concat([one, end]), Buffer.concat([other, end]))).toEqual({
    member: undefined,
    what: 'the members are the same, and are written otherwise from byte 0 on',
  })
  const padded = Buffer.concat([one, end, Buffer.alloc(512)])
  expect(await compare(Buffer.concat([one, end]), padded)).toMatchObject({
    what: expect.stringMatching(/from byte 2048 on$/),
  })
})

test('no flipped bit goes unnoticed: it is a difference, or an archive that is refused', async () => {
  const whole = await tarOf(alpineLikeTree)
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (place, bit) => {
      const flipped = Buffer.from(whole)
      flipped[place] = (flipped[place] ?? 0) ^ (1 << bit)
      const [outcome] = await Promise.allSettled([compare(whole, flipped)])
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ARCHIVE_INVALID' })
      else expect(outcome.value).toBeDefined()
    }),
    { numRuns: 200 },
  )
})

test.each([
  ['cut off', (whole: Buffer) => whole.subarray(0, -2000)],
  ['followed by something', (whole: Buffer) => Buffer.concat([whole, Buffer.from('x')])],
  ['no tar', () => Buffer.alloc(2048, 'x')],
])('an archive that is %s is refused by its name', async (_, damage) => {
  const whole = await tar({})
  await expect(compare(whole, damage(whole))).rejects.toMatchObject({
    code: 'ARCHIVE_INVALID',
    message: expect.stringMatching(/^b\.tar: /),
  })
})
