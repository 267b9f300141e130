import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { kubectlBinary, kubectlMissing } from '../../../pipeline/test/support/kubectl.ts'
import { requirement } from '../../../pipeline/test/support/requirement.ts'
import { aCluster } from './cluster.fixture.ts'
import { aHome, type Home } from './home.fixture.ts'
import { putCluster, readCluster, removeCluster } from './update-kubeconfig.ts'

const withKubectl = await requirement('the genuine kubectl', kubectlMissing)
const quiet = { useContext: false, overwrite: false }
const some = 'apiVersion: v1\nkind: Config\n'
const theirs = `${some}contexts:\n- name: theirs\n  context: {cluster: theirs, user: theirs, namespace: mine}\ncurrent-context: theirs\n`

withKubectl('the genuine kubectl', () => {
  let kubectl: string
  beforeAll(async () => {
    kubectl = await kubectlBinary()
  })

  test.each<[string, readonly string[], readonly (string | undefined)[]]>([
    ['one file that is missing', ['a'], [undefined]],
    ['one file', ['a'], [theirs]],
    ['a missing file before one that is there', ['a', 'b'], [undefined, theirs]],
    ['two files', ['a', 'b'], [some, theirs]],
    ['missing files only', ['a', 'b', 'c'], [undefined, undefined, undefined]],
    ['empty entries and a file twice', ['', 'b', '', 'a', 'b'], [theirs, undefined]],
    ['an empty file first', ['a', 'b'], ['', theirs]],
    ['a file of comments', ['a', 'b'], ['# c\n', theirs]],
    ['JSON', ['a'], ['{"apiVersion":"v1","kind":"Config","clusters":[]}']],
    ['a file of Windows', ['a'], [theirs.replaceAll('\n', '\r\n')]],
    ['a file with a byte order mark', ['a'], [`\uFEFF${theirs}`]],
    [
      'merge keys and anchors',
      ['a'],
      [`x: &x {server: https://x}\n${some}clusters:\n- name: x\n  cluster: {<<: *x, proxy-url: http://p}\n`],
    ],
    ['two documents', ['a'], [`${theirs}---\nkind: Other\n`]],
  ])('reads what we wrote, and would have written to the same file: %s', async (_, list, texts) => {
    await using ourHome = await aHome()
    await using itsHome = await aHome()
    const ours = await kubeconfigs(ourHome, list, texts)
    const its = await kubeconfigs(itsHome, list, texts)
    const before = await view(its)
    const cluster = aCluster({ name: 'new' })
    const { path } = await putCluster(cluster, { ...ours, ...quiet })
    await run(its, 'config', 'set-context', 'new', '--cluster=new', '--user=new')
    expect(path.replace(ourHome.folder, '')).toBe(await fileWith(itsHome, 'name: new|"name":"new"'))
    const after = await view(ours)
    for (const key of ['clusters', 'users', 'contexts'] as const) {
      expect(named(after[key]).filter(({ name }) => name !== 'new')).toEqual(named(before[key]))
      expect(named(after[key]).filter(({ name }) => name === 'new')).toHaveLength(1)
    }
    expect(after['current-context']).toBe(before['current-context'] || 'new')
    const { stdout } = await run(
      ours,
      'config',
      'view',
      '--raw',
      '--minify',
      '--context=new',
      '-o',
      'jsonpath={.clusters[0].cluster.server}',
    )
    expect(stdout).toBe(cluster.server)
    await removeCluster('new', ours)
    expect(await view(ours)).toEqual(before)
  })

  test.each([
    ['one file', [theirs]],
    ['two files', [some, theirs]],
    ['a missing file first', [undefined, theirs]],
  ])('switches to our context and back, and so do we: %s', async (_, texts) => {
    await using ourHome = await aHome()
    await using itsHome = await aHome()
    const list = texts.map((_, index) => String(index))
    const ours = await kubeconfigs(ourHome, list, texts)
    const its = await kubeconfigs(itsHome, list, texts)
    for (const options of [ours, its]) await putCluster(aCluster(), { ...options, ...quiet })
    expect(await putCluster(aCluster(), { ...ours, ...quiet, useContext: true })).toMatchObject({
      switched: true,
    })
    await run(its, 'config', 'use-context', 'kaweezle')
    expect(await view(ours)).toMatchObject({ 'current-context': 'kaweezle' })
    expect(await readCluster('kaweezle', its)).toMatchObject({ isCurrent: true, isOurs: true })
    const currentFile = 'current-context: kaweezle'
    expect(await fileWith(ourHome, currentFile)).toBe(await fileWith(itsHome, currentFile))
    expect(await removeCluster('kaweezle', ours)).toMatchObject({ restored: 'theirs' })
    expect(await removeCluster('kaweezle', its)).toMatchObject({ removed: true })
    expect(await view(ours)).toMatchObject({ 'current-context': 'theirs' })
  })

  test('keeps our marks when it rewrites the file, so what it rewrote is still ours to remove', async () => {
    await using home = await aHome()
    const options = await kubeconfigs(home, ['a'], [theirs])
    await putCluster(aCluster(), { ...options, ...quiet, useContext: true })
    await run(options, 'config', 'set-context', 'kaweezle', '--namespace=mine')
    const rewritten = await readFile(home.path('a'))
    expect(await putCluster(aCluster(), { ...options, ...quiet })).toMatchObject({ changed: false })
    expect(await readFile(home.path('a'))).toEqual(rewritten)
    expect(await removeCluster('kaweezle', options)).toMatchObject({ removed: true, restored: 'theirs' })
    expect(named((await view(options)).contexts).map(({ name }) => name)).toEqual(['theirs'])
  })

  test('refuses what we warn of: a name that is twice in a file', async () => {
    await using home = await aHome()
    const options = await kubeconfigs(home, ['a'], [`${some}users:\n- name: x\n- name: x\n`])
    expect((await putCluster(aCluster(), { ...options, ...quiet })).warnings).toHaveLength(1)
    await expect(run(options, 'config', 'view')).rejects.toMatchObject({
      stderr: expect.stringContaining('duplicate name'),
    })
  })

  test('does not write while we hold the lock', async () => {
    await using home = await aHome()
    const options = await kubeconfigs(home, ['a'], [theirs])
    const { lockFile } = await import('./lock.ts')
    const lock = await lockFile(home.path('a'), { patience: 100 })
    await expect(run(options, 'config', 'set-context', 'x')).rejects.toMatchObject({
      stderr: expect.stringContaining('.lock'),
    })
    await lock.release()
    await run(options, 'config', 'set-context', 'x')
    expect(await home.names()).toEqual(['a'])
  })

  interface Options {
    readonly environment: Readonly<Record<string, string>>
    readonly platform: NodeJS.Platform
  }

  function run({ environment }: Options, ...args: string[]) {
    return promisify(execFile)(kubectl, args, { env: { ...environment } })
  }

  async function view(options: Options): Promise<Record<string, unknown>> {
    return JSON.parse((await run(options, 'config', 'view', '--raw', '-o', 'json')).stdout)
  }
})

/** Files named as in the list without repeats, in the order of their texts. */
async function kubeconfigs(home: Home, list: readonly string[], texts: readonly (string | undefined)[]) {
  const names = [...new Set(list.filter((name) => name !== ''))]
  for (const [index, name] of names.entries()) {
    const content = texts[index]
    if (content !== undefined) await home.write(content, home.path(name))
  }
  const paths = list.map((name) => (name === '' ? '' : home.path(name)))
  return {
    environment: { KUBECONFIG: paths.join(':'), HOME: home.folder },
    platform: process.platform,
    patience: 2_000,
  }
}

function named(entries: unknown): { name: string }[] {
  return Array.isArray(entries) ? entries : []
}

async function fileWith(home: Home, pattern: string): Promise<string | undefined> {
  for (const name of await home.names()) {
    const path = home.path(name)
    if ((await stat(path)).isFile() && new RegExp(pattern).test(await home.read(path))) return `/${name}`
  }
  return undefined
}
