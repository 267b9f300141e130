import { describe, expect, test } from 'vitest'
import { currentContextOf, entriesOf, parseKubeconfig } from './parse-kubeconfig.ts'

describe('a kubeconfig that is refused, with the line', () => {
  test.each([
    ['broken YAML', 'kind: Config\nclusters: [\n', 'c:3: not YAML'],
    ['broken quotes', 'kind: "Config\n', 'c:2: not YAML'],
    ['indentation by tabs', 'clusters:\n\t- name: a\n', 'c:2: not YAML'],
    ['a key that is there twice', 'clusters: []\nclusters: []\n', 'c:2: not YAML'],
    ['an alias of nothing', 'a: 1\nx: *nothing\n', 'c:1: not YAML'],
    ['broken YAML in a second document', 'kind: Config\n---\na: [\n', 'c:4: not YAML'],
    ['a list', '# c\n- a\n', 'c:2: not a mapping'],
    ['a text', 'hello\n', 'c:1: not a mapping'],
    ['an HTML page', '<html>\n', 'c:1: not a mapping'],
    ['another kind', 'apiVersion: v1\nkind: Pod\n', 'c:2: kind is not Config'],
    ['another version', 'apiVersion: v2\nkind: Config\n', 'c:1: apiVersion is not v1'],
    ['clusters that are a mapping', 'kind: Config\nclusters: {}\n', 'c:2: clusters is not a list'],
    ['users that are a text', 'users: me\n', 'c:1: users is not a list'],
    ['contexts that are texts', 'contexts:\n- a\n', 'c:1: contexts is not a list of mappings'],
    ['a current context that is a number', 'current-context: 12\n', 'c:1: current-context is not a text'],
    ['aliases that multiply without end', `a: &a [${'x,'.repeat(20)}]\n${bombs()}`, 'c:1: not YAML'],
  ])('%s', (_, text, message) => {
    expect(() => parseKubeconfig(text, 'c')).toThrow(
      expect.objectContaining({ code: 'KUBECONFIG_INVALID', message: expect.stringContaining(message) }),
    )
  })
})

describe('a kubeconfig that is accepted', () => {
  test.each([
    ['an empty file', ''],
    ['comments only', '# nothing\n\n'],
    ['a mark of a document only', '---\n'],
    ['lists that are null', 'clusters: null\nusers:\ncontexts: ~\n'],
    ['entries that are null', 'clusters:\n- null\n'],
    ['neither version nor kind', 'clusters: []\n'],
    ['entries without a name', 'clusters:\n- cluster: {}\n'],
    ['numbers for names', 'clusters:\n- name: 12\n'],
    ['keys and tags that nobody knows', 'x-y: !mine {a: b}\n'],
  ])('%s', (_, text) => {
    const kubeconfig = parseKubeconfig(text, 'c')
    expect(kubeconfig.text).toBe(text)
    expect(entriesOf(kubeconfig, 'contexts')).toEqual([])
    expect(currentContextOf(kubeconfig)).toBe('')
  })

  test('has the values of its merge keys', () => {
    const { data } = parseKubeconfig(
      'x: &x {server: s}\nclusters:\n- name: a\n  cluster: {<<: *x, p: q}\n',
      'c',
    )
    expect(data['clusters']).toEqual([{ name: 'a', cluster: { server: 's', p: 'q' } }])
  })
})

function bombs(): string {
  const letters = 'abcdefgh'.split('')
  return letters
    .slice(1)
    .map((each, index) => `${each}: &${each} [${`*${letters[index]},`.repeat(20)}]\n`)
    .join('')
}
