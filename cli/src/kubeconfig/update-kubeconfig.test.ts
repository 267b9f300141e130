import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, readdir, readFile, readlink, rm, stat, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aCluster } from './cluster.fixture.ts'
import { aHome, type Home } from './home.fixture.ts'
import { putCluster, readCluster, removeCluster } from './update-kubeconfig.ts'

const cluster = aCluster()
const quiet = { useContext: false, overwrite: false }
const theirs =
  '# mine\nkind: Config\ncurrent-context: theirs\ncontexts:\n- name: theirs\nclusters:\n- name: theirs\nusers:\n- name: theirs\n'

describe('a kubeconfig on the disk', () => {
  test('is made for its owner only, with its folder, when there is none', async () => {
    await using home = await aHome()
    const options = { environment: { HOME: home.path('me') }, platform: process.platform }
    const path = home.path('me', '.kube', 'config')
    expect(await putCluster(cluster, { ...options, ...quiet })).toEqual({
      path,
      switched: true,
      changed: true,
      warnings: [],
    })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(home.path('me', '.kube'))).mode & 0o777).toBe(0o700)
    expect(await readCluster('kaweezle', options)).toMatchObject({ path, isOurs: true, isCurrent: true })
  })

  test('is as it was after put and remove, and its backup is, too', async () => {
    await using home = await aHome()
    await home.write(theirs)
    expect(await putCluster(cluster, { ...home.options, ...quiet })).toMatchObject({
      switched: false,
      changed: true,
    })
    expect(await removeCluster('kaweezle', home.options)).toEqual({ path: home.config, removed: true })
    expect(await home.read()).toBe(theirs)
    expect(await home.names()).toEqual(['config', 'config.kaweezle-backup'])
    expect(await home.read(home.path('config.kaweezle-backup'))).toBe(theirs)
  })

  test('says which context is current again', async () => {
    await using home = await aHome()
    await home.write(theirs)
    expect(await putCluster(cluster, { ...home.options, ...quiet, useContext: true })).toMatchObject({
      switched: true,
    })
    expect(await removeCluster('kaweezle', home.options)).toMatchObject({ restored: 'theirs' })
    expect(await home.read()).toBe(theirs)
  })

  test('is not touched when there is nothing to change', async () => {
    await using home = await aHome()
    await home.write(theirs)
    await putCluster(cluster, { ...home.options, ...quiet })
    const before = await stat(home.config, { bigint: true })
    expect(await putCluster(cluster, { ...home.options, ...quiet })).toMatchObject({
      changed: false,
      switched: false,
    })
    expect(await removeCluster('another', home.options)).toEqual({ removed: false })
    const after = await stat(home.config, { bigint: true })
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs])
  })

  test('is not made by a removal', async () => {
    await using home = await aHome()
    const environment = { HOME: home.path('nobody') }
    expect(await removeCluster('kaweezle', { environment, platform: process.platform })).toEqual({
      removed: false,
    })
    expect(await home.names()).toEqual([])
  })

  test('keeps a name that kubectl will not read, and a person is told', async () => {
    await using home = await aHome()
    await home.write('users:\n- name: twice\n- name: twice\n')
    const { warnings } = await putCluster(cluster, { ...home.options, ...quiet })
    expect(warnings).toEqual([`${home.config}: users has "twice" more than once`])
  })

  test.each([
    ['a byte order mark', Buffer.from('\uFEFF# é\r\nkind: Config\r\n')],
    ['UTF-16 of PowerShell', Buffer.from('\uFEFF# é\r\nkind: Config\r\n', 'utf16le')],
    ['UTF-16 the other way round', Buffer.from('\uFEFF# é\nkind: Config\n', 'utf16le').swap16()],
  ])('keeps %s', async (_, bytes) => {
    await using home = await aHome()
    await home.write(bytes)
    await putCluster(cluster, { ...home.options, ...quiet })
    const after = await readFile(home.config)
    expect(after.subarray(0, bytes.length)).toEqual(bytes)
    expect(await readCluster('kaweezle', home.options)).toMatchObject({ server: cluster.server })
  })
})

describe('a kubeconfig behind symbolic links', () => {
  test.each([
    ['a link', ['real/config']],
    ['a chain of links, relative ones among them', ['real/link', '../second', 'real/config']],
  ])('is changed where it is, and %s stays', async (_, links) => {
    await using home = await aHome()
    await mkdir(home.path('real'))
    await home.write(theirs, home.path('real/config'))
    const places = ['config', 'real/link', 'second']
    for (const [index, link] of links.entries()) await symlink(link, home.path(places[index] ?? ''))
    await putCluster(cluster, { ...home.options, ...quiet })
    expect(await readlink(home.config)).toBe(links[0])
    expect(await home.read(home.path('real/config'))).toContain('name: kaweezle')
  })

  test('is made where a link that leads to nothing points', async () => {
    await using home = await aHome()
    await symlink('new/folder/config', home.config)
    await putCluster(cluster, { ...home.options, ...quiet })
    expect(await home.read(home.path('new/folder/config'))).toContain('name: kaweezle')
  })

  test.each([
    ['a link to it', ['config', 'link']],
    ['the link first', ['link', 'config']],
    ['two links', ['link', 'again']],
  ])('is changed once when KUBECONFIG names it and %s', async (_, names) => {
    await using home = await aHome()
    await home.write(theirs)
    await symlink('config', home.path('link'))
    await symlink(home.path('link'), home.path('again'))
    const environment = { KUBECONFIG: names.map((name) => home.path(name)).join(':') }
    for (const server of ['https://one', 'https://two', 'https://two']) {
      await putCluster(aCluster({ server }), { ...home.options, environment, ...quiet })
      expect((await home.read()).match(/name: kaweezle/g)).toHaveLength(6)
    }
    await removeCluster('kaweezle', { ...home.options, environment })
    expect(await home.read()).toBe(theirs)
  })

  test('is refused when the links go round', async () => {
    await using home = await aHome()
    await symlink('b', home.config)
    await symlink('config', home.path('b'))
    await expect(putCluster(cluster, { ...home.options, ...quiet })).rejects.toMatchObject({
      code: 'FILE_FAILED',
    })
  })
})

describe('mode and owner of a kubeconfig', () => {
  test.each([0o600, 0o640, 0o644, 0o666])('stay as they are (%o), whatever the umask', async (mode) => {
    await using home = await aHome()
    await home.write(theirs)
    await chmod(home.config, mode)
    if (process.getuid?.() === 0) await chown(home.config, 1234, 5678)
    const umask = process.umask(0o077)
    onTestFinished(() => void process.umask(umask))
    await putCluster(cluster, { ...home.options, ...quiet })
    for (const path of [home.config, home.path('config.kaweezle-backup')]) {
      const stats = await stat(path)
      expect(stats.mode & 0o777).toBe(mode)
      if (process.getuid?.() === 0) expect([stats.uid, stats.gid]).toEqual([1234, 5678])
    }
  })
})

describe('the backup', () => {
  test('is the state before the first change of a day', async () => {
    await using home = await aHome()
    await home.write(theirs)
    await putCluster(cluster, { ...home.options, ...quiet })
    await putCluster(aCluster({ name: 'second' }), { ...home.options, ...quiet })
    expect(await home.read(home.path('config.kaweezle-backup'))).toBe(theirs)
  })

  test('is made anew when it is older', async () => {
    await using home = await aHome()
    const backup = home.path('config.kaweezle-backup')
    await home.write(theirs)
    await home.write('old', backup)
    const old = Date.now() / 1000 - 25 * 60 * 60
    await utimes(backup, old, old)
    await putCluster(cluster, { ...home.options, ...quiet })
    expect(await home.read(backup)).toBe(theirs)
  })
})

describe('what is read of a cluster', () => {
  test.each([
    ['nothing is there yet', () => ''],
    ['half of it is there', (content: string) => content.slice(0, content.length / 2)],
    ['it ends within brackets', (content: string) => `${content.slice(0, 20)}\n[`],
  ])('is read again when another program is just writing the file, and %s', async (_, half) => {
    await using home = await aHome()
    await putCluster(cluster, { ...home.options, ...quiet })
    const content = await home.read()
    const lock = home.path('config.lock')
    await home.write('', lock)
    await home.write(half(content))
    setTimeout(() => void home.write(content).then(() => rm(lock)), 30)
    expect(await readCluster('kaweezle', home.options)).toMatchObject({ isCurrent: true })
  })

  test('does not wait long for a lock that was left', async () => {
    await using home = await aHome()
    await putCluster(cluster, { ...home.options, ...quiet })
    await home.write('', home.path('config.lock'))
    const start = performance.now()
    expect(await readCluster('kaweezle', home.options)).toMatchObject({ isCurrent: true })
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

describe('a kubeconfig that is refused stays as it is', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['broken YAML', 'kind: Config\nclusters: [\n', 'KUBECONFIG_INVALID'],
    ['bytes that are no text', Buffer.from([0x61, 0xff, 0x0a]), 'KUBECONFIG_INVALID'],
    ['half a character of UTF-16', Buffer.from([0xff, 0xfe, 0x61]), 'KUBECONFIG_INVALID'],
    ['another kind', 'kind: Pod\n', 'KUBECONFIG_INVALID'],
    ['entries of that name', 'clusters:\n- name: kaweezle\n', 'DECLINED'],
  ])('%s', async (_, content, code) => {
    await using home = await aHome()
    await home.write(content)
    await expect(putCluster(cluster, { ...home.options, ...quiet })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(home.config),
      hint: expect.stringMatching(/./),
    })
    expect(await readFile(home.config)).toEqual(Buffer.from(content))
    expect(await home.names()).toEqual(['config'])
  })

  test('what is read is refused, too, and not taken for a cluster that is missing', async () => {
    await using home = await aHome()
    await home.write('a: [')
    await expect(readCluster('kaweezle', home.options)).rejects.toMatchObject({ code: 'KUBECONFIG_INVALID' })
  })

  test('a good one, too, when another of the list is broken: kubectl would read neither', async () => {
    await using home = await aHome()
    await home.write(theirs)
    await home.write('a: [', home.path('broken'))
    const environment = { KUBECONFIG: `${home.config}:${home.path('broken')}` }
    const options = { ...home.options, environment }
    await expect(putCluster(cluster, { ...options, ...quiet })).rejects.toMatchObject({
      code: 'KUBECONFIG_INVALID',
    })
    await expect(removeCluster('kaweezle', options)).rejects.toMatchObject({ code: 'KUBECONFIG_INVALID' })
    expect(await home.read()).toBe(theirs)
  })

  test.each(['/dev/null', '/proc', '/dev/null/config'])('%s, which no file can replace', async (path) => {
    const options = { environment: {}, platform: process.platform, kubeconfig: path }
    await expect(putCluster(cluster, { ...options, ...quiet })).rejects.toMatchObject({ code: 'FILE_FAILED' })
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true)
  })

  test('one that is read-only, even for root', async () => {
    await using home = await aHome()
    await home.write(theirs)
    await chmod(home.config, 0o444)
    await expect(putCluster(cluster, { ...home.options, ...quiet })).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: `${home.config}: the file is read-only`,
    })
    expect(await home.read()).toBe(theirs)
    expect(await home.names()).toEqual(['config'])
  })

  test('one that is put when the command was interrupted', async () => {
    await using home = await aHome()
    const reason = new Error('interrupted')
    const signal = AbortSignal.abort(reason)
    await expect(putCluster(cluster, { ...home.options, ...quiet, signal })).rejects.toBe(reason)
    expect(await home.names()).toEqual([])
  })
})

/** Only root may mount, and only root can become somebody else. */
describe.runIf(process.getuid?.() === 0)('a disk that does not want', () => {
  test('a folder that is not ours is refused, and one beside it in the list is used', async () => {
    await using home = await aHome()
    await chmod(home.folder, 0o755)
    await home.write(theirs)
    await chmod(home.config, 0o666)
    const alone = await asNobody(home.config)
    expect(alone).toMatchObject({ code: 'FILE_FAILED', message: expect.stringContaining(home.folder) })
    await mkdir(home.path('own'))
    await chmod(home.path('own'), 0o777)
    const own = home.path('own', 'config')
    await home.write('kind: Config\n', own)
    await chmod(own, 0o666)
    await chown(own, 65_534, 65_534)
    expect(await asNobody(`${own}:${home.config}`)).toMatchObject({ changed: true, path: own })
    expect(await home.read()).toBe(theirs)
  })

  test('a kubeconfig that cannot be read is refused', async () => {
    await using home = await aHome()
    await chmod(home.folder, 0o777)
    await home.write(theirs)
    await chmod(home.config, 0o600)
    expect(await asNobody(home.config)).toMatchObject({ code: 'FILE_FAILED' })
    expect(await home.names()).toEqual(['config'])
  })

  test('a group that cannot be kept gets no more than everybody has', async () => {
    await using home = await aHome()
    await home.write(theirs)
    await chmod(home.config, 0o660)
    for (const path of [home.folder, home.config]) await chown(path, 65_534, 0)
    expect(await asNobody(home.config)).toMatchObject({ changed: true })
    const { mode, gid } = await stat(home.config)
    expect([mode & 0o777, gid]).toEqual([0o600, 65_534])
  })

  test('a kubeconfig of another person is not made ours', async () => {
    await using home = await aHome()
    await home.write(theirs)
    await chmod(home.config, 0o666)
    await chmod(home.folder, 0o777)
    expect(await asNobody(home.config)).toMatchObject({ code: 'FILE_FAILED' })
    expect(await home.read()).toBe(theirs)
    expect(await home.names()).toEqual(['config'])
  })

  test('a read-only file system is refused', async () => {
    await using home = await aHome()
    await using disk = await mounted(home, 'size=1m')
    await home.write(theirs, disk.path)
    await promisify(execFile)('mount', ['-o', 'remount,ro', disk.folder])
    await expect(
      putCluster(cluster, { ...home.options, kubeconfig: disk.path, ...quiet }),
    ).rejects.toMatchObject({
      code: 'FILE_FAILED',
    })
    expect(await home.read(disk.path)).toBe(theirs)
  })

  test('a full disk leaves everything as it was', async () => {
    await using home = await aHome()
    await using disk = await mounted(home, 'size=64k')
    const big = `# ${'x'.repeat(20_000)}\n${theirs}`
    await home.write(big, disk.path)
    await home.write('y'.repeat(30_000), join(disk.folder, 'ballast'))
    const options = { ...home.options, kubeconfig: disk.path, ...quiet }
    await expect(putCluster(cluster, options)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(await home.read(disk.path)).toBe(big)
    expect((await readdir(disk.folder)).filter((name) => /tmp|lock/.test(name))).toEqual([])
  })
})

async function asNobody(kubeconfig: string): Promise<unknown> {
  const fixture = join(import.meta.dirname, 'update.fixture.ts')
  const options = { uid: 65_534, gid: 65_534, env: { KUBECONFIG: kubeconfig } }
  const { stdout } = await promisify(execFile)(process.execPath, [fixture, 'put', 'kaweezle'], options).catch(
    (error: { stdout: string }) => error,
  )
  return JSON.parse(stdout)
}

async function mounted(home: Home, options: string) {
  const folder = home.path('disk')
  await mkdir(folder)
  await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  return {
    folder,
    path: join(folder, 'config'),
    async [Symbol.asyncDispose]() {
      await promisify(execFile)('umount', [folder])
    },
  }
}
