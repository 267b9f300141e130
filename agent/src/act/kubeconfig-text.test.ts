import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseKubeconfig } from '../cluster/kubeconfig.ts'
import { forgetKubeconfig, mergeKubeconfig, pointKubeconfig } from './kubeconfig-text.ts'

const long = 'QUJD'.repeat(500)

const admin = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${long}
    server: https://10.0.0.1:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: kubernetes-admin
  name: kubernetes-admin@kubernetes
current-context: kubernetes-admin@kubernetes
kind: Config
users:
- name: kubernetes-admin
  user:
    client-certificate-data: ${long}
    client-key-data: ${long}
`

const access = { name: 'kwsl', server: 'https://192.168.99.2:6443' }

const another = `# mine
apiVersion: v1
kind: Config
clusters:
- {name: work, cluster: {server: "https://work:6443"}} # far away
contexts:
- name: work
  context: {cluster: work, user: me}
current-context: work
users:
- name: me
  user: {token: secret}
preferences: {colors: true}
`

describe('pointKubeconfig', () => {
  it('changes the server and not a byte else', () => {
    expect(pointKubeconfig(admin, 'https://b:6443', 'x')).toBe(
      admin.replace('https://10.0.0.1:6443', 'https://b:6443'),
    )
  })

  it('takes one without contexts, as kube-public has it', () => {
    const text = 'clusters:\n- cluster:\n    server: https://a\n  name: ""\ncontexts: null\nkind: Config\n'
    expect(pointKubeconfig(text, 'https://b', 'x')).toBe(text.replace('https://a', 'https://b'))
  })

  for (const text of ['', '[]', 'clusters: 1', 'clusters: []', 'a: [', 'clusters:\n- name: x\n']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => pointKubeconfig(text, 'https://b', '/x')).toThrow('/x is not a usable kubeconfig')
    })
  }
})

describe('mergeKubeconfig', () => {
  for (const existing of [
    undefined,
    '',
    ' \n',
    'apiVersion: v1\nkind: Config\nclusters:\ncontexts: null\nusers: []\n',
  ]) {
    it(`makes the cluster the current one where nothing is: ${JSON.stringify(existing)}`, () => {
      const text = mergeKubeconfig(existing, admin, access) ?? ''
      expect(parseKubeconfig(text, 'x')).toMatchObject({ name: 'kwsl', server: access.server })
      expect(mergeKubeconfig(text, admin, access)).toBe(text)
    })
  }

  it('keeps what else is there, comments too, and the current context', () => {
    const text = mergeKubeconfig(another, admin, access) ?? ''
    const merged = parse(text)
    expect(merged['current-context']).toBe('work')
    expect(merged.contexts.map(({ name }: { name: string }) => name)).toEqual(['work', 'kwsl'])
    expect(merged.users[0]).toEqual({ name: 'me', user: { token: 'secret' } })
    expect(merged.preferences).toEqual({ colors: true })
    expect(text).toContain('# mine')
    expect(text).toContain('# far away')
  })

  it('replaces its own entries where they are, and keeps them current', () => {
    const first = mergeKubeconfig(another.replace('current-context: work\n', ''), admin, access) ?? ''
    const second = mergeKubeconfig(first, admin, { ...access, server: 'https://new:6443' }) ?? ''
    expect(parseKubeconfig(second, 'x')).toMatchObject({ name: 'kwsl', server: 'https://new:6443' })
    expect(parse(second).clusters).toHaveLength(2)
  })

  it('takes the place of a current context that is not there', () => {
    const text = mergeKubeconfig(
      another.replace('current-context: work', 'current-context: gone'),
      admin,
      access,
    )
    expect(parse(text ?? '')['current-context']).toBe('kwsl')
  })

  for (const existing of ['a: [', '- 1', 'clusters: {a: 1}', '\u0000']) {
    it(`does not understand ${JSON.stringify(existing)}`, () => {
      expect(mergeKubeconfig(existing, admin, access)).toBeUndefined()
    })
  }

  it('refuses an admin.conf without a user', () => {
    expect(() => mergeKubeconfig(undefined, admin.replace('users:', 'others:'), access)).toThrow('admin.conf')
  })
})

describe('forgetKubeconfig', () => {
  it('gives back what was there before, in content', () => {
    const merged = mergeKubeconfig(another, admin, access) ?? ''
    expect(parse(forgetKubeconfig(merged, 'kwsl') ?? '')).toEqual(parse(another))
  })

  it('leaves nothing of a file that was ours alone', () => {
    expect(forgetKubeconfig(mergeKubeconfig(undefined, admin, access) ?? '', 'kwsl')).toBe('')
  })

  it('does not understand what is none', () => {
    expect(forgetKubeconfig('a: [', 'kwsl')).toBeUndefined()
  })
})
