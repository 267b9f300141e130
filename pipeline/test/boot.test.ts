import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rootfsManifest } from '../src/describe/manifest.ts'
import { parsePackagesLock } from '../src/locks/parse.ts'
import { dockerdMissing, startDockerd } from './support/dockerd.ts'
import { aFile, repack } from './support/finished-rootfs.ts'
import { mirrorFolder } from './support/mirror.ts'
import { type Bench, bench, buildMissing, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'
import { readWsl, validateWsl } from './support/wsl-validator.ts'

const describeBoot = await requirement('whole builds, as root', async () => {
  if (process.getuid?.() !== 0) return 'a rootfs is unpacked with its owners only by root'
  return buildMissing()
})
const describeDocker = await requirement(
  'Docker',
  async () => (await dockerdMissing()) ?? (await buildMissing()),
)

let place: Bench
let root: string

describeBoot('a finished rootfs', () => {
  beforeAll(async () => {
    place = await bench()
    root = join(place.folder, 'unpacked')
    await succeed(place)
    await mkdir(root)
    // What WSL imports with.
    await execa('bsdtar', ['-xpf', join(place.out, 'minimal.wsl'), '-C', root, '--numeric-owner'])
  })

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test.each([
    ['whose /run is that of the image, as in a chroot', ''],
    ['whose /run is fresh, as in WSL', 'mount -t tmpfs -o mode=755 run /run'],
  ])('starts its services with `openrc default` in a system %s', async (_, mountRun) => {
    const output = await inside(`
      ${mountRun}
      /sbin/openrc default || exit 1
      for second in 1 2 3 4 5 6 7 8 9; do rc-status | grep -q 'sshd.*started' && break; sleep 1; done
      rc-status
      rc-service sshd stop
    `)
    expect(output).toMatch(/Runlevel: default\n sshd +\[ +started/)
    expect(output).not.toMatch(/error|warning|failed|crashed/i)
  })

  test('is a file for WSL that Microsoft’s validator has nothing to say of', async () => {
    expect(await validateWsl(await readWsl(join(place.out, 'minimal.wsl')))).toEqual([])
  })

  test('would not be one with a label, and a passwd that all may write', async () => {
    const folder = join(place.folder, 'planted')
    await cp(place.out, folder, { recursive: true })
    const xattrs = new Map([['security.selinux', Buffer.from('label')]])
    await repack(folder, (tree) => {
      for (const file of [aFile('etc/x', '', { xattrs }), aFile('etc/passwd', '', { mode: 0o666 })])
        tree.set(...file)
    })
    expect(await validateWsl(await readWsl(join(folder, 'rootfs.tar.gz')))).toEqual([
      '/etc/passwd has mode 666',
      'passwd has a line that is none',
      'uid 0 is not root',
      'it has the attribute security.selinux',
    ])
  })

  test('has the packages of the lock, by their versions, and the manifest says the same', async () => {
    const lock = parsePackagesLock(
      await readFile(join(place.recipes, 'minimal.packages.lock.yaml'), 'utf8'),
      'lock',
    )
    const manifest = rootfsManifest.parse(
      JSON.parse(await readFile(join(place.out, 'rootfs.manifest.json'), 'utf8')),
    )
    const installed = (await inside('apk info -v 2>/dev/null')).trim().split('\n').toSorted()
    const locked = lock.architectures.x86_64?.packages.map(({ name, version }) => `${name}-${version}`) ?? []
    expect(installed).toEqual(expect.arrayContaining(locked))
    expect(manifest.packages.map(({ name, version }) => `${name}-${version}`).toSorted()).toEqual(installed)
    expect(locked.length).toBeGreaterThan(10)
  })

  test('passes `apk audit`, which finds a planted change', async () => {
    const audit = 'apk audit --system --check-permissions --full'
    const clean = await inside(`${audit} | grep -v '^[AD] '; true`)
    expect(clean.trim()).toBe('')
    expect(
      await inside(`chmod 4755 /sbin/openrc; ${audit} | grep openrc$; chmod 755 /sbin/openrc`),
    ).toContain('openrc')
  })

  test('trusts the packages that it was made of: `apk verify` of everything in packages.tar', async () => {
    const packages = join(root, 'tmp/packages')
    await mkdir(packages)
    await execa('tar', ['-xf', join(place.out, 'packages.tar'), '-C', packages])
    const output = await inside('apk verify $(find /tmp/packages -name "*.apk") 2>/dev/null')
    expect(output.match(/ - OK$/gm)).toHaveLength(15)
  })

  test('can install more: `apk add` from the mirror, with the database that the build left', async () => {
    await cp(join(mirrorFolder, 'v3.19'), join(root, 'tmp/v3.19'), { recursive: true })
    const repositories = '-X /tmp/v3.19/main -X /tmp/v3.19/community'
    const output = await inside(
      `apk add --no-network --no-cache --repositories-file /dev/null ${repositories} jq && echo '{"a":"works"}' | jq -r .a`,
    )
    expect(output).toMatch(/Installing jq.*works\n$/s)
  })

  describeDocker('imported into Docker', () => {
    test('runs as a container in which `apk add` works', async () => {
      await using daemon = await startDockerd()
      const stream = await daemon.docker.importImage(join(place.out, 'rootfs.tar.gz'), {
        repo: 'minimal',
        tag: 'test',
      })
      await text(stream)
      const script = `apk add --no-network --repositories-file /dev/null -X /mirror/main -X /mirror/community jq && echo '"works"' | jq -r .`
      const container = await daemon.docker.createContainer({
        Image: 'minimal:test',
        Cmd: ['/bin/sh', '-c', script],
        HostConfig: { NetworkMode: 'none', Binds: [`${join(mirrorFolder, 'v3.19')}:/mirror:ro`] },
      })
      await container.start()
      const { StatusCode } = await container.wait()
      const log = (await container.logs({ stdout: true, stderr: true })).toString()
      expect({ StatusCode, log }).toMatchObject({ StatusCode: 0, log: expect.stringContaining('works') })
      await container.remove()
    })
  })
})

/** Runs a script in the unpacked rootfs, in namespaces of its own; what it starts ends with it. */
async function inside(script: string): Promise<string> {
  const file = join(root, 'tmp/script')
  const prologue = `
    mount -t proc proc /proc
    mount -t tmpfs dev /dev
    mknod -m 666 /dev/null c 1 3
    mknod -m 666 /dev/zero c 1 5
    mknod -m 444 /dev/urandom c 1 9
  `
  await writeFile(file, `${prologue}\n${script}\n`)
  const namespaces = [
    '--mount',
    '--pid',
    '--net',
    '--uts',
    '--ipc',
    '--fork',
    '--kill-child',
    '--propagation',
    'private',
  ]
  const { all } = await execa('unshare', [...namespaces, 'chroot', root, '/bin/sh', '/tmp/script'], {
    all: true,
    reject: false,
  })
  return `${all}\n`
}
