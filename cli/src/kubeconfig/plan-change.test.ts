import { describe, expect, test } from 'vitest'
import { aCluster } from './cluster.fixture.ts'
import { editKubeconfig } from './edit.ts'
import { currentContextOf, entriesOf, listNames, parseKubeconfig } from './parse-kubeconfig.ts'
import { type KubeconfigFile, type Plan, planPut, planRemove } from './plan-change.ts'
import { entryIn } from './read-entry.ts'

const quiet = { useContext: false, overwrite: false }
const cluster = aCluster({ name: 'ours' })

describe('a cluster that is put', () => {
  test('has its three entries, each with our mark, and is current when nothing was', () => {
    const [file] = put([undefined])
    for (const list of listNames) expect(entriesOf(file, list)).toHaveLength(1)
    expect(file.text.match(/name: kaweezle/g)).toHaveLength(3)
    expect(entryIn([file], 'ours')).toEqual({
      path: 'file0',
      isOurs: true,
      isCurrent: true,
      server: cluster.server,
    })
  })

  test('does not take the current context of another, not even of one that is gone', () => {
    expect(currentContextOf(put(['current-context: other\n'])[0])).toBe('other')
  })

  test('goes to the first file that is there', () => {
    const files = put([undefined, 'kind: Config\n', 'kind: Config\n'])
    expect(files.map((file) => entriesOf(file, 'contexts').length)).toEqual([0, 1, 0])
  })

  test('is changed in the files that have it, each entry in its own', () => {
    const [whole] = put([undefined], { access: { ...cluster, server: 'https://old' } })
    const only = (...lists: string[]) => {
      const data = Object.entries(whole.data).filter(([key]) => lists.includes(key))
      return JSON.stringify(Object.fromEntries(data))
    }
    const files = put(['kind: Config\n', only('clusters'), only('users', 'contexts')])
    expect(files.map(({ data }) => Object.keys(data))).toEqual([
      ['kind', 'current-context'],
      ['clusters'],
      ['users', 'contexts'],
    ])
    expect(entryIn(files, 'ours')).toMatchObject({ path: 'file2', isCurrent: true, server: cluster.server })
  })

  test('is not written again when it is there, whatever the order of its keys', () => {
    const [file] = put([undefined])
    const shuffled = JSON.stringify(file.data, (_, value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toReversed())
        : value,
    )
    expect(put([shuffled])[0].text).toBe(shuffled)
  })

  test('keeps what a person or a tool has added to our entries', () => {
    const [file] = put(['current-context: other\n'])
    const text = file.text
      .replace('server:', 'proxy-url: http://p\n    server:')
      .replace('user: ours', 'user: ours\n    namespace: mine')
      .replaceAll('extensions:\n', 'extensions:\n    - {name: tool, extension: {a: b}}\n')
    const [again] = put([text], { access: { ...cluster, server: 'https://moved', namespace: 'default' } })
    expect(entriesOf(again, 'clusters')[0]?.['cluster']).toMatchObject({
      'proxy-url': 'http://p',
      server: 'https://moved',
    })
    expect(entriesOf(again, 'contexts')[0]?.['context']).toMatchObject({ namespace: 'mine' })
    expect(again.text.match(/name: tool/g)).toHaveLength(3)
    expect(again.text.match(/name: kaweezle/g)).toHaveLength(3)
  })

  test('takes over entries without a mark that have the same server and certificates', () => {
    const [file] = put([undefined])
    const bare = file.text.replaceAll(/ +extensions:\n +- name: kaweezle\n +extension:\n +version: v1\n/g, '')
    expect(bare).not.toContain('kaweezle')
    expect(put([bare])[0].text.match(/name: kaweezle/g)).toHaveLength(3)
  })

  test.each([
    ['cluster', 'clusters:\n- name: ours\n  cluster: {server: https://theirs}\n'],
    ['user', 'users:\n- name: ours\n  user: {token: t}\n'],
    ['context', 'contexts:\n- name: ours\n  context: {cluster: theirs, user: ours}\n'],
    ['context without content', 'contexts:\n- name: ours\n'],
    [
      'cluster with the mark of another program',
      'clusters:\n- name: ours\n  cluster: {server: s, extensions: [{name: minikube, extension: {}}]}\n',
    ],
  ])('does not replace a %s that is not ours', (_, text) => {
    expect(() => put([text])).toThrow(
      expect.objectContaining({ code: 'DECLINED', message: expect.stringContaining('file0') }),
    )
    expect(() => put(['kind: Config\n', text])).toThrow(expect.objectContaining({ code: 'DECLINED' }))
  })

  test('replaces an entry that is not ours when asked, and leaves nothing of it', () => {
    const text = 'users:\n- name: ours\n  user: {token: t, exec: {command: theirs}}\n- name: b\n'
    const [file] = put([text], { options: { useContext: false, overwrite: true } })
    expect(entriesOf(file, 'users')).toHaveLength(2)
    expect(file.text).not.toContain('theirs')
  })

  test('is there once when it was there twice, which kubectl refuses', () => {
    const [file] = put([undefined])
    const twice = file.text.replace(/(contexts:\n)(-[\s\S]*?)(?=current-context|$)/, '$1$2$2')
    expect(entriesOf(parseKubeconfig(twice, 'c'), 'contexts')).toHaveLength(2)
    expect(entriesOf(put([twice])[0], 'contexts')).toHaveLength(1)
  })

  test('leaves names that others have twice as they are', () => {
    const text = 'contexts:\n- name: a\n  context: {cluster: one}\n- name: a\n  context: {cluster: two}\n'
    expect(put([text])[0].text.startsWith(text)).toBe(true)
  })
})

describe('a cluster that is removed', () => {
  const theirs =
    'contexts:\n- name: other # mine\n  context: {cluster: other}\n- name: third\ncurrent-context: other\n'
  const current = { options: { useContext: true, overwrite: false } }

  test('gives the current context back to the one that had it', () => {
    expect(removed(put([theirs], current))).toMatchObject({ contexts: ['other'], restored: 'other' })
  })

  test('gives it back to that one, too, when it was put several times', () => {
    const moved = { ...current, access: { ...cluster, server: 'https://moved' } }
    const twice = put(
      put([theirs], current).map(({ text }) => text),
      moved,
    )
    expect(removed(twice)).toMatchObject({ contexts: ['other'], restored: 'other' })
  })

  test('gives it to no other when that one is gone', () => {
    const [file] = put([theirs], current)
    expect(removed([again(file, file.text.replace('name: other', 'name: renamed'))])).toMatchObject({
      contexts: [''],
      restored: undefined,
    })
  })

  test('gives it to no other when there was none', () => {
    expect(removed(put(['contexts:\n- name: other\n']))).toMatchObject({
      contexts: [''],
      restored: undefined,
    })
  })

  test('leaves the current context that a person has chosen since', () => {
    const [file] = put([theirs], current)
    const chosen = again(file, file.text.replace('current-context: ours', 'current-context: third'))
    expect(removed([chosen])).toMatchObject({ contexts: ['third'], restored: undefined })
  })

  test('does not stay the current one when a person has removed its context', () => {
    const [file] = put([undefined])
    const { contexts, ...others } = file.data
    expect(contexts).toHaveLength(1)
    expect(removed([again(file, JSON.stringify(others))])).toMatchObject({ contexts: [''], names: [] })
  })

  test('is removed from all files', () => {
    const [one] = put([undefined])
    expect(removed([one, again(one, one.text, 'file1')])).toMatchObject({ contexts: ['', ''], names: [] })
  })

  test('gives back the current context of a later file', () => {
    const files = put(['kind: Config\n', theirs], current)
    expect(files.map(currentContextOf)).toEqual(['ours', 'other'])
    expect(removed(files)).toMatchObject({ restored: 'other' })
  })

  test.each([
    ['another server', 'clusters:\n- name: ours\n  cluster: {server: https://theirs}\n'],
    [
      'the mark of another program',
      'contexts:\n- name: ours\n  context: {extensions: [{name: minikube, extension: {}}]}\n',
    ],
    [
      'a mark that is none',
      'contexts:\n- name: ours\n  context: {extensions: [{name: kaweezle, extension: yes it is}, 3]}\n',
    ],
    ['extensions that are no list', 'users:\n- name: ours\n  user: {extensions: {name: kaweezle}}\n'],
    ['another name', 'users:\n- name: theirs\n'],
  ])('does not take an entry with %s', (_, text) => {
    const file = again({ path: 'file0' }, `${text}current-context: ours\n`)
    expect(planRemove([file], 'ours')).toMatchObject({ removed: false, path: undefined })
    expect(planRemove([file], 'ours').plan.size).toBe(0)
  })

  test('leaves a context of that name in another file, and the current context with it', () => {
    const [file] = put([undefined])
    const foreign = again({ path: 'file1' }, 'contexts:\n- name: ours\n  context: {cluster: theirs}\n')
    expect(removed([file, foreign])).toMatchObject({ contexts: ['ours', ''], names: ['ours'] })
  })
})

describe('what is read of a cluster', () => {
  test.each([
    [
      'is nothing where its context is missing',
      'clusters:\n- name: ours\n  cluster: {server: s}\n',
      { path: undefined, server: undefined },
    ],
    [
      'has no server where its cluster is missing',
      'contexts:\n- name: ours\n  context: {cluster: c}\n',
      { path: 'file0', server: undefined },
    ],
    [
      'is the first of two',
      'clusters: [{name: c, cluster: {server: s}}]\ncontexts:\n- {name: ours, context: {cluster: c}}\n- {name: ours}\n',
      { server: 's' },
    ],
    [
      'is not current where another is',
      'contexts: [{name: ours}]\ncurrent-context: b\n',
      { isCurrent: false, isOurs: false },
    ],
  ])('%s', (_, text, expected) => {
    expect(entryIn([parseKubeconfig(text, 'file0')], 'ours')).toMatchObject(expected)
  })
})

function put(
  texts: readonly (string | undefined)[],
  { access = cluster, options = quiet } = {},
): [KubeconfigFile, ...KubeconfigFile[]] {
  const files = texts.map((text, index) => again({ path: `file${index}` }, text))
  const [first, ...others] = applied(files, planPut(files, access, options).plan)
  if (first === undefined) throw new Error('a test puts into one file at least')
  return [first, ...others]
}

function removed(files: readonly KubeconfigFile[]) {
  const { plan, restored } = planRemove(files, 'ours')
  const after = applied(files, plan)
  const names = after.flatMap((file) =>
    listNames.flatMap((list) =>
      entriesOf(file, list)
        .filter(({ name }) => name === 'ours')
        .map(({ name }) => name),
    ),
  )
  return { contexts: after.map(currentContextOf), names, restored }
}

function applied(files: readonly KubeconfigFile[], plan: Plan): KubeconfigFile[] {
  return files.map((file) => {
    const changes = plan.get(file)
    return changes === undefined ? file : again(file, editKubeconfig(file, changes))
  })
}

function again({ path }: { path: string }, text: string | undefined, name = path): KubeconfigFile {
  return { ...parseKubeconfig(text ?? '', name), exists: text !== undefined }
}
