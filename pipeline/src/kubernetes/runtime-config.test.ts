import { describe, expect, test } from 'vitest'
import { formatImageReference } from '../oci/reference.ts'
import { pauseImageOf } from './runtime-config.ts'

const main = '/etc/crio/crio.conf'
const dropIn = (name: string) => `/etc/crio/crio.conf.d/${name}`
const config = (image: string) => `[crio.image]\npause_image = "${image}"\n`

function pause(files: Readonly<Record<string, string>>): string | undefined {
  const image = pauseImageOf(new Map(Object.entries(files)))
  return image && formatImageReference(image)
}

describe('the pause image is read', () => {
  const expected = 'registry.k8s.io/pause:3.10.2'
  test.each([
    ['of a table', config(expected)],
    ['in single quotes', `[crio.image]\npause_image = '${expected}'`],
    ['of nested tables', `[crio]\n[crio.image]\npause_image="${expected}"`],
    ['of a dotted key', `crio.image.pause_image = "${expected}"`],
    ['of an inline table', `crio = { image = { pause_image = "${expected}" } }`],
    ['of a table with spaces in its header', `[ crio . "image" ]\n"pause_image" = "${expected}"`],
    ['before a comment', `[crio.image] # here\npause_image = "${expected}" # "other:1"`],
    ['after a comment of it', `[crio.image]\n# pause_image = "other:1"\npause_image = "${expected}"`],
    ['and not one of another table', `[crio.runtime]\npause_image = "other:1"\n${config(expected)}`],
    ['and not one in a text', `x = '''\n${config('other:1')}'''\n${config(expected)}`],
    ['with escapes', `[crio.image]\npause_image = "registry.k8s.io\\u002fpause:3.10.2"`],
    ['in lines that end with carriage returns', config(expected).replaceAll('\n', '\r\n')],
  ])('%s', (_, text) => {
    expect(pause({ [main]: text })).toBe(expected)
  })
})

describe('of several files', () => {
  test.each([
    [
      'a drop-in wins over the main file',
      { [dropIn('00-a.conf')]: config('a:1'), [main]: config('b:1') },
      'a',
    ],
    [
      'the last drop-in in the order of names wins',
      {
        [dropIn('10-b.conf')]: config('b:1'),
        [dropIn('9-c.conf')]: config('c:1'),
        [dropIn('05-a.conf')]: config('a:1'),
      },
      'c',
    ],
    [
      'a later one without it changes nothing',
      { [main]: config('a:1'), [dropIn('99')]: '[crio.image]\n' },
      'a',
    ],
    [
      'the ending of a name does not matter',
      { [main]: config('a:1'), [dropIn('x.conf.orig')]: config('b:1') },
      'b',
    ],
    [
      'others are not looked at',
      { [main]: config('a:1'), '/etc/crio/other.conf': '[', '/etc/crio.conf': '[' },
      'a',
    ],
  ])('%s', (_, files, name) => {
    expect(pause(files)).toBe(`docker.io/library/${name}:1`)
  })
})

test.each([
  ['no file', {}],
  ['an empty file', { [main]: '' }],
  ['a file that only comments it', { [main]: '[crio.image]\n# pause_image = "a:1"' }],
  ['another table with it', { [main]: '[crio]\npause_image = "a:1"\n[image]\npause_image = "b:1"' }],
  ['a key that is no table', { [main]: 'crio = "image"' }],
])('%s leaves it to CRI-O', (_, files) => {
  expect(pause(files)).toBeUndefined()
})

test.each([
  ['no TOML', '[crio.image\n', 'line 1, column '],
  ['two tables of one name', `${config('a:1')}${config('a:1')}`, 'line 3, column '],
  ['no quotes', '[crio.image]\npause_image = registry.k8s.io/pause:3.10.2', 'line 2, column '],
  ['a number', '[crio.image]\npause_image = 3.10', 'pause_image is 3.1, not a text'],
  ['a list', '[crio.image]\npause_image = ["a:1"]', 'pause_image is a list, not a text'],
  ['no image', config('Not an image'), 'is no reference of an image'],
  ['an empty text', config(''), 'is no reference of an image'],
  ['an image without a tag', config('registry.k8s.io/pause'), 'is not fixed by a tag'],
  ['an image with the tag latest', config('registry.k8s.io/pause:latest'), 'is not fixed by a tag'],
  ['nesting without end', `a = ${'['.repeat(100_000)}`, 'line 1, column '],
])('%s is refused', (_, text, message) => {
  const read = () => pause({ [dropIn('10.conf')]: text })
  expect(read).toThrow(expect.objectContaining({ code: 'RECIPE_INVALID' }))
  expect(read).toThrow(message)
})
