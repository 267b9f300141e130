import { describe, expect, test } from 'vitest'
import { editKubeconfig } from './edit.ts'
import { parseKubeconfig } from './parse-kubeconfig.ts'

const entry = { cluster: { server: 'https://new' }, name: 'new' }
const block = '- cluster:\n    server: https://new\n  name: new\n'

describe('an entry that is added to the text', () => {
  test.each([
    [
      'stands behind the others, and before the comments of what follows',
      'clusters:\n- name: a # a\n\n# of users\nusers: []\n',
      `clusters:\n- name: a # a\n${block}\n# of users\nusers: []\n`,
    ],
    [
      'is indented as the others are',
      'clusters:\n    - name: a\n',
      `clusters:\n    - name: a\n${indented(block, 4)}`,
    ],
    [
      'replaces null and leaves the comment',
      'clusters: null # none\nusers:\n',
      `clusters: # none\n${block}users:\n`,
    ],
    ['replaces an empty list in brackets', 'clusters: [ ]\n', `clusters:\n${block}`],
    [
      'follows an anchor of the list',
      'clusters: &all # c\n- name: a\nx: 1\n',
      `clusters: &all # c\n- name: a\n${block}x: 1\n`,
    ],
    [
      'gives a list to a file that has none',
      'kind: Config # k\n# end\n',
      `kind: Config # k\nclusters:\n${block}# end\n`,
    ],
    ['makes a whole kubeconfig of an empty file', '', `apiVersion: v1\nkind: Config\nclusters:\n${block}`],
    [
      'makes a whole kubeconfig behind comments',
      '# mine',
      `# mine\napiVersion: v1\nkind: Config\nclusters:\n${block}`.trimEnd(),
    ],
    [
      'has the line ends of Windows where the file has them',
      'clusters:\r\n- name: a\r\n',
      `clusters:\n- name: a\n${block}`.replaceAll('\n', '\r\n'),
    ],
    [
      'does not give the file the last line end that it lacks',
      'clusters:\n- name: a',
      `clusters:\n- name: a\n${block}`.trimEnd(),
    ],
    [
      'leaves quotes, tabs, flow and long lines of others as they are',
      `a: "b"\t# t\nclusters:\n- {name: 'x',   "cluster": {}}\nl: ${'y '.repeat(200)}z\n`,
      `a: "b"\t# t\nclusters:\n- {name: 'x',   "cluster": {}}\n${block}l: ${'y '.repeat(200)}z\n`,
    ],
    [
      'leaves anchors, aliases and merge keys as they are',
      'x: &s {server: s}\nclusters:\n- name: a\n  cluster: {<<: *s, proxy-url: p}\n- &b {name: b}\n',
      `x: &s {server: s}\nclusters:\n- name: a\n  cluster: {<<: *s, proxy-url: p}\n- &b {name: b}\n${block}`,
    ],
    [
      'stands behind an entry that is an alias',
      'x: &c {name: a}\nclusters:\n- *c\n',
      `x: &c {name: a}\nclusters:\n- *c\n${block}`,
    ],
    [
      'stands behind a block of text that keeps its blank lines',
      'clusters:\n- name: a\n  x: |+\n    t\n\nusers:\n',
      `clusters:\n- name: a\n  x: |+\n    t\n\n${block}users:\n`,
    ],
    [
      'goes into the first document only',
      '---\nclusters:\n- name: a\n---\nclusters:\n- name: other\n',
      `---\nclusters:\n- name: a\n${block}---\nclusters:\n- name: other\n`,
    ],
    [
      'stands before the end of the document',
      'clusters:\n- name: a\n...\n',
      `clusters:\n- name: a\n${block}...\n`,
    ],
    [
      'goes into a list in brackets',
      'clusters: [{name: a}, ] # c\n',
      'clusters: [{name: a},{"cluster":{"server":"https://new"},"name":"new"}, ] # c\n',
    ],
    [
      'goes into JSON of one line',
      '{"clusters":[],"x":1}',
      '{"clusters":[{"cluster":{"server":"https://new"},"name":"new"}],"x":1}',
    ],
    [
      'goes into JSON of many lines',
      '{\n  "clusters": [\n    {\n      "name": "a"\n    }\n  ]\n}\n',
      '{\n  "clusters": [\n    {\n      "name": "a"\n    },\n    {\n      "cluster": {\n        "server": "https://new"\n      },\n      "name": "new"\n    }\n  ]\n}\n',
    ],
    [
      'gives a list to JSON that has none',
      '{\n    "kind": "Config"\n}\n',
      '{\n    "clusters": [\n      {\n        "cluster": {\n          "server": "https://new"\n        },\n        "name": "new"\n      }\n    ],\n    "kind": "Config"\n}\n',
    ],
    [
      'gives a list to JSON that is empty',
      '{}',
      '{"clusters": [{"cluster":{"server":"https://new"},"name":"new"}]}',
    ],
  ])('%s', (_, text, expected) => {
    expect(added(text)).toBe(expected)
  })

  test('takes less than five seconds in a file of two thousand clusters', () => {
    const text = `clusters:\n${Array.from({ length: 2000 }, (_, index) => `- name: c${index}\n  cluster:\n    server: https://c${index}\n    certificate-authority-data: ${'QUJD'.repeat(400)}\n`).join('')}`
    const start = performance.now()
    expect(added(text)).toBe(text + block)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})

describe('an entry that is dropped', () => {
  test.each([
    [
      'leaves the comments of its neighbours',
      'clusters:\n# a\n- name: a\n# b\n- name: b\n# c\n- name: c\n',
      1,
      'clusters:\n# a\n- name: a\n# b\n# c\n- name: c\n',
    ],
    [
      'leaves an empty list, and the comments of it',
      'clusters: # c\n# a\n- name: a\n# end\n',
      0,
      'clusters: [] # c\n# a\n# end\n',
    ],
    [
      'takes the line end before it when it had none',
      'clusters:\n- name: a\n- name: b',
      1,
      'clusters:\n- name: a',
    ],
    [
      'takes its comma in JSON',
      '{"clusters": [ {"name":"a"}, {"name":"b"} ]}',
      0,
      '{"clusters": [ {"name":"b"} ]}',
    ],
    [
      'takes the comma before it when it is the last',
      '{"clusters": [ {"name":"a"}, {"name":"b"} ]}',
      1,
      '{"clusters": [ {"name":"a"} ]}',
    ],
    ['leaves brackets behind', '{"clusters": [{"name":"a"}]}', 0, '{"clusters": []}'],
  ])('%s', (_, text, index, expected) => {
    expect(
      editKubeconfig(parseKubeconfig(text, 'config'), { lists: { clusters: { dropped: new Set([index]) } } }),
    ).toBe(expected)
  })

  test('is kept, with the whole file, when something else refers to it', () => {
    const kubeconfig = parseKubeconfig('clusters:\n- &a {name: a}\nx: *a\n', 'config')
    expect(() => editKubeconfig(kubeconfig, { lists: { clusters: { dropped: new Set([0]) } } })).toThrow(
      refusal,
    )
  })
})

describe('an entry that is replaced', () => {
  test.each([
    [
      'stays in its place',
      'clusters:\n  - name: a\n    x: 1\n\n# b\n  - name: b\n',
      `clusters:\n${indented(block, 2)}\n# b\n  - name: b\n`,
    ],
    ['ends the file as the old one did', 'clusters:\n- name: a', `clusters:\n${block}`.trimEnd()],
    ['may have been an alias', 'x: &a {name: a}\nclusters:\n- *a\n', `x: &a {name: a}\nclusters:\n${block}`],
    [
      'stays in its place in JSON',
      '{"clusters":[{"name":"a"}]}',
      '{"clusters":[{"cluster":{"server":"https://new"},"name":"new"}]}',
    ],
  ])('%s', (_, text, expected) => {
    const replaced = new Map([[0, entry]])
    expect(editKubeconfig(parseKubeconfig(text, 'config'), { lists: { clusters: { replaced } } })).toBe(
      expected,
    )
  })
})

describe('the current context', () => {
  test.each([
    [
      'is written where the old one was',
      'current-context:   "a" # c\nkind: Config\n',
      'new',
      'current-context:   new # c\nkind: Config\n',
    ],
    ['is written where null was', 'current-context: ~\n', 'new', 'current-context: new\n'],
    [
      'is written where nothing was',
      'current-context: # c\nkind: Config\n',
      'new',
      'current-context: new # c\nkind: Config\n',
    ],
    ['is added', 'kind: Config\n', 'new', 'kind: Config\ncurrent-context: new\n'],
    ['is unset as kubectl does it', 'current-context: a\n', '', 'current-context: ""\n'],
    [
      'is in quotes when client-go would not take it for a text',
      'kind: Config\n',
      'yes',
      'kind: Config\ncurrent-context: "yes"\n',
    ],
    ['is written in JSON', '{"current-context":"a"}', 'new', '{"current-context":"new"}'],
    ['is written in place of an alias', 'x: &x a\ncurrent-context: *x\n', 'new', undefined],
    ['is written in place of several lines', 'current-context: |\n  a\nkind: Config\n', 'new', undefined],
  ])('%s', (_, text, currentContext, expected) => {
    const edit = () => editKubeconfig(parseKubeconfig(text, 'config'), { lists: {}, currentContext })
    if (expected === undefined) expect(edit).toThrow(refusal)
    else expect(edit()).toBe(expected)
  })
})

describe('a text that is written in an unforeseen way is refused, and not damaged', () => {
  test.each([
    ['a list that is an alias', 'x: &x []\nclusters: *x\n'],
    ['a list that others refer to', 'clusters: &c\n- name: a\nx: *c\n'],
    ['a list on the line of its key', '? clusters\n: - name: a\n'],
    ['an empty document before another', '---\n---\nclusters: []\n'],
    ['an empty document that has its end', '---\n...\n'],
    ['a null that is written out', 'null\n'],
  ])('%s', (_, text) => {
    expect(() => added(text)).toThrow(refusal)
  })
})

const refusal = expect.objectContaining({ code: 'KUBECONFIG_INVALID' })

function added(text: string): string {
  return editKubeconfig(parseKubeconfig(text, 'config'), { lists: { clusters: { added: [entry] } } })
}

function indented(lines: string, column: number): string {
  return lines.replace(/^(?=.)/gm, ' '.repeat(column))
}
