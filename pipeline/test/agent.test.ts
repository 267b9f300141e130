import { createPublicKey } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseInstalled } from '../src/apk/installed.ts'
import { flip } from '../src/apk/package-corpus.fixture.ts'
import { rootfsManifest } from '../src/describe/manifest.ts'
import type { StepEvent } from '../src/render/event.ts'
import { type AgentBench, agentBench, edit, runAgentPipeline } from './support/agent-world.ts'
import { dockerdMissing, startDockerd } from './support/dockerd.ts'
import { minirootfs } from './support/engine-base.ts'
import { serve, startServer } from './support/fault-server.ts'
import { buildMissing, type RunOptions, rootfsDigest } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeBuilds = await requirement('whole builds, as root', async () => {
  if (process.getuid?.() !== 0) return 'a rootfs is unpacked with its owners only by root'
  return buildMissing()
})
const describeDocker = await requirement(
  'Docker',
  async () => (await dockerdMissing()) ?? (await buildMissing()),
)

const iknite = 'apk/x86_64/iknite-0.1.0-r0.apk'
const services = 'apk/x86_64/iknite-openrc-0.1.0-r0.apk'
const index = 'apk/x86_64/APKINDEX.tar.gz'

let place: AgentBench
let digest: string
/** Where the finished rootfs is unpacked. */
let root: string

describeBuilds('a rootfs with the agent', () => {
  beforeAll(async () => {
    place = await agentBench()
    await succeed()
    digest = await rootfsDigest(place.out)
    root = await unpack('unpacked', join(place.out, 'rootfs.tar.gz'))
  })

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test('has its packages in the database of apk, which finds nothing wrong with them', async () => {
    const info = await inside(root, '/sbin/apk', 'info', '-e', 'iknite', 'iknite-openrc')
    expect(info.stdout.split('\n')).toEqual(['iknite', 'iknite-openrc'])
    const audit = await inside(root, '/sbin/apk', 'audit', '--full', '--recursive', '--check-permissions')
    const names = /iknite|conf\.d|init\.d|cni/
    expect(audit.stdout.split('\n').filter((line) => names.test(line))).toEqual([])
    expect((await readFile(join(root, 'etc/apk/world'), 'utf8')).split('\n')).toContain('iknite')
  })

  test('has its files, with the modes of its description, and no service in a runlevel', async () => {
    const { stdout } = await inside(
      root,
      '/bin/sh',
      '-c',
      'apk info -qL iknite iknite-openrc | grep . | sort',
    )
    expect(stdout.split('\n')).toEqual([
      'etc/cni/net.d/12-iknite-bridge.conflist',
      'etc/conf.d/iknite',
      'etc/iknite.d/iknite.yaml',
      'etc/iknite.d/kustomization.yaml',
      'etc/init.d/iknite',
      'sbin/iknite',
      'usr/bin/iknite',
    ])
    const mode = async (path: string) => (await stat(join(root, path))).mode & 0o7777
    expect(await mode('usr/bin/iknite')).toBe(0o755)
    expect(await mode('etc/init.d/iknite')).toBe(0o755)
    expect(await mode('etc/conf.d/iknite')).toBe(0o644)
    const { stdout: program } = await inside(root, '/usr/bin/head', '-n', '1', '/sbin/iknite')
    expect(program).toBe('#!/usr/bin/node')
    const { stdout: says } = await execa(process.execPath, [join(root, 'usr/bin/iknite')])
    expect(says).toBe('iknite 0.1.0')
    const { stdout: links } = await inside(root, '/bin/ls', '/etc/runlevels/default')
    expect(links).not.toContain('iknite')
  })

  test('has a service that OpenRC starts in the background and stops, with the settings of conf.d', async () => {
    const script = `
      mount -t proc proc /proc
      mount -t tmpfs -o mode=755 run /run
      mount -t tmpfs dev /dev
      mknod -m 666 /dev/null c 1 3
      echo IKNITE_NAME=ours >>/etc/conf.d/iknite
      mkdir -p /run/openrc/exclusive
      touch /run/openrc/softlevel
      rc-service iknite start || exit 1
      for second in 1 2 3 4 5 6 7 8 9; do grep -q ' start as' /var/log/iknite.log && break; sleep 1; done
      rc-service iknite status
      rc-service iknite stop || exit 1
      cat /var/log/iknite.log
    `
    const copy = join(place.folder, 'started')
    await execa('cp', ['-a', root, copy])
    const namespaces = ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child']
    const argv = [...namespaces, 'chroot', copy, '/bin/sh', '-c', script]
    const { all, exitCode } = await execa('unshare', argv, { all: true, reject: false })
    expect(exitCode, all).toBe(0)
    expect(all).toContain('* status: started')
    const calls = (await readFile(join(copy, 'var/log/iknite.log'), 'utf8')).trim().split('\n')
    expect(calls).toEqual(
      ['prepare --wait 5', 'start', 'stop'].map((words) => `/usr/bin/iknite ${words} as ours`),
    )
  })

  test('trusts the keys of the base and of the recipe, and not the one that signed the agent', async () => {
    const [key = ''] = await keysIn('config')
    expect(key).toMatch(/^[A-Za-z0-9._-]+-[0-9a-f]{8}\.rsa$/)
    const { stdout } = await execa('tar', ['-tzf', join(place.out, 'rootfs.tar.gz')])
    expect(stdout).toContain('own.rsa.pub')
    expect(stdout).not.toContain(`${key}.pub`)
    const { exitCode } = await execa('grep', ['-rqF', key, root], { reject: false })
    expect(exitCode).toBe(1)
    expect(await readFile(join(root, 'etc/apk/repositories'), 'utf8')).not.toContain('agent')
  })

  test('is locked with what the agent depends on, and without the agent', async () => {
    const lock = await readFile(join(place.recipes, 'own.packages.lock.yaml'), 'utf8')
    expect(lock).toMatch(/name: "nodejs".*why: "needed by iknite"/)
    expect(lock).toMatch(/name: "openrc".*why: "needed by iknite"/)
    expect(lock).not.toContain('name: "iknite')
    const check = await run({ command: 'lock', flags: { out: undefined, check: true } })
    expect(check).toMatchObject({ status: 0, stdout: 'Nothing moves.' })
  })

  test('comes with a manifest that lists its packages, and is what `verify` expects', async () => {
    const { agent, schema, packages } = rootfsManifest.parse(
      JSON.parse(await readFile(join(place.out, 'rootfs.manifest.json'), 'utf8')),
    )
    const [key = ''] = await keysIn('config')
    expect(schema).toBe(2)
    expect(agent).toMatchObject({ version: '0.1.0-r0', key: `apk/${key}.pub` })
    expect(agent?.packages.map(({ file }) => file)).toEqual([iknite, services])
    for (const { file, size, sha256 } of agent?.packages ?? []) {
      const { stdout } = await execa('sha256sum', [join(place.out, file)])
      expect([(await stat(join(place.out, file))).size, stdout.slice(0, 64)]).toEqual([size, sha256])
    }
    const own = packages.filter(({ from }) => from === 'agent').map(({ name }) => name)
    expect(own).toEqual(['iknite', 'iknite-openrc'])
    const flags = { recipe: join(place.recipes, 'own.yaml'), mirror: undefined, out: undefined }
    expect(await run({ command: 'verify', words: [place.out], flags })).toMatchObject({ status: 0 })
  })

  test('is found standing by a second build, and what is damaged of the repository is made again', async () => {
    const steps = 'fetch base packages overlay services manifests images normalise verify pack describe'
    expect(await skipped({})).toEqual(steps.split(' '))
    const whole = await readFile(join(place.out, index))
    await writeFile(join(place.out, index), flip(whole, whole.length - 30))
    expect(await skipped({})).toEqual(['base', 'packages', 'manifests', 'images'])
    expect(await readFile(join(place.out, index))).toEqual(whole)
  })

  test('is the same with another key, and its packages only differ in their signatures', async () => {
    const out = join(place.folder, 'other-out')
    // A cache of its own: everything is done again.
    await succeed({ flags: { out, cache: join(place.folder, 'other-cache') } }, 'other-config')
    expect(await rootfsDigest(out)).toBe(digest)
    expect(await keysIn('other-config')).not.toEqual(await keysIn('config'))
    for (const file of [iknite, services, index]) {
      const [ours, theirs] = [await readFile(join(place.out, file)), await readFile(join(out, file))]
      expect(theirs).toHaveLength(ours.length)
      expect(theirs).not.toEqual(ours)
    }
    // With the first cache the packages stand, whoever signs.
    const again = join(place.folder, 'again')
    expect(await skipped({ flags: { out: again } }, 'other-config')).toContain('packages')
    expect(await readFile(join(again, iknite))).toEqual(await readFile(join(out, iknite)))
  })

  test('is installed anew when the source of the agent changes', async () => {
    const main = join(place.agent, 'src/main.ts')
    await edit(main, 'iknite ', 'changed ')
    const out = join(place.folder, 'changed')
    expect(await skipped({ flags: { out } })).toEqual(['manifests', 'images'])
    expect(await rootfsDigest(out)).not.toBe(digest)
    await edit(main, 'changed ', 'iknite ')
  })

  test('has no services of an init system that it does not have', async () => {
    await using other = await agentBench()
    await edit(join(other.agent, 'apk/package.yaml'), '  - openrc\n', '')
    // Of the doubles none needs it, and the mirror's own packages do not either.
    const outcome = await runAgentPipeline(other)
    expect(outcome.stderr).toMatch(/packages +\d+ packages/)
    expect(outcome.status).toBe(0)
    const unpacked = join(other.folder, 'unpacked')
    await mkdir(unpacked)
    await execa('tar', ['-xzf', join(other.out, 'rootfs.tar.gz'), '-C', unpacked])
    const database = parseInstalled(await readFile(join(unpacked, 'lib/apk/db/installed')))
    const names = database.map(({ name }) => name).filter((name) => /iknite|openrc/.test(name))
    expect(names).toEqual(['iknite'])
    expect(await readdir(join(unpacked, 'etc/init.d')).catch(() => [])).not.toContain('iknite')
  })
})

describeDocker('a rootfs with the agent, built by Docker', () => {
  test('is the same', async () => {
    await using daemon = await startDockerd()
    await using other = await agentBench()
    const env = { DOCKER_HOST: daemon.host }
    const digests = []
    for (const engine of ['namespace', 'docker']) {
      const flags = { engine, out: join(other.folder, engine), cache: join(other.folder, `cache-${engine}`) }
      expect(await runAgentPipeline(other, { flags, env })).toMatchObject({ status: 0 })
      digests.push(await rootfsDigest(flags.out))
    }
    expect(digests[0]).toBe(digests[1])
  })
})

describeBuilds('the repository of the agent', () => {
  let system: string
  let server: Awaited<ReturnType<typeof startServer>>

  beforeAll(async () => {
    place = await agentBench()
    await succeed()
    server = await startServer((response, request, count) => {
      const [, where, path = ''] = /^\/(mirror|out)\/(.*)$/.exec(decodeURIComponent(request.url)) ?? []
      readFile(join(where === 'out' ? place.out : place.mirror, path)).then(
        (content) => serve(content)(response, request, count),
        () => response.writeHead(404).end(),
      )
    })
    system = await unpack('system', await minirootfs('x86_64'))
    const repositories = ['main', 'own'].map((name) => `${server.url}/mirror/v3.19/${name}\n`)
    await writeFile(join(system, 'etc/apk/repositories'), repositories.join(''))
    const pem = place.key.publicKey.export({ type: 'spki', format: 'pem' })
    await writeFile(join(system, 'etc/apk/keys', place.key.keyName), pem)
    await execa('cp', ['-r', join(place.out, 'apk'), join(system, 'apk')])
  })

  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await place[Symbol.asyncDispose]()
  })

  const places: [string, () => string][] = [
    ['a folder', () => '/apk'],
    ['a file URL', () => 'file:///apk'],
    ['HTTP', () => `${server.url}/out/apk`],
  ]

  test.each(places)('is refused from %s where its key is not trusted', async (_, address) => {
    const outcome = await add(address())
    expect(outcome.exitCode).not.toBe(0)
    expect(outcome.all).toMatch(/UNTRUSTED signature/)
    expect(await added()).toEqual([])
  })

  describe('where its key is trusted', () => {
    beforeAll(async () => {
      const [name = ''] = await keysIn('config')
      await execa('cp', [join(place.out, `apk/${name}.pub`), join(system, 'etc/apk/keys')])
    })

    test.each(places)('is installed from %s', async (_, address) => {
      const outcome = await add(address())
      expect(outcome.exitCode, outcome.all).toBe(0)
      expect(await added()).toEqual(['iknite', 'iknite-openrc'])
      await inside(system, '/sbin/apk', 'del', 'iknite')
      expect(await added()).toEqual([])
    })

    test.each([iknite, services])('%s is a package that apk verifies', async (file) => {
      const { stdout } = await inside(system, '/sbin/apk', 'verify', `/${file}`)
      expect(stdout).toMatch(/ - OK$/)
    })

    // In the signature, the control member and the data of a package; in the signature and the rest of an index.
    test.each([
      [iknite, 300],
      [iknite, 1060],
      [iknite, -200],
      [services, -200],
      [index, 300],
      [index, -40],
    ])('a flipped bit in %s at %i is refused', async (file, at) => {
      const path = join(system, file)
      const whole = await readFile(path)
      await writeFile(path, flip(whole, at < 0 ? whole.length + at : at))
      const verified = await inside(system, '/sbin/apk', 'verify', `/${file}`)
      const outcome = await add('/apk')
      await writeFile(path, whole)
      // An index vouches for the control member, not for the signature before it.
      if (at === 300 && file !== index) expect(verified.exitCode).not.toBe(0)
      else expect(outcome.exitCode).not.toBe(0)
      await inside(system, '/sbin/apk', 'del', 'iknite')
      expect((await add('/apk')).exitCode).toBe(0)
      await inside(system, '/sbin/apk', 'del', 'iknite')
    })
  })

  function add(address: string) {
    return inside(system, '/sbin/apk', 'add', '--no-cache', '--repository', address, 'iknite')
  }

  async function added(): Promise<string[]> {
    const database = parseInstalled(await readFile(join(system, 'lib/apk/db/installed')))
    return database.map(({ name }) => name).filter((name) => name.startsWith('iknite'))
  }
})

describeBuilds('a build with the agent fails', () => {
  beforeAll(async () => {
    place = await agentBench()
    await succeed({ command: 'lock', flags: { out: undefined } })
  })

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test('when the lock lacks what the agent depends on, and says what', async () => {
    const lock = join(place.recipes, 'own.packages.lock.yaml')
    const text = await readFile(lock, 'utf8')
    await edit(lock, /^ +- \{ name: "nodejs".*\n/m, '')
    const outcome = await run({})
    await writeFile(lock, text)
    expect(outcome.status).toBe(3)
    expect(outcome.stderr).toContain('the lock of packages has no nodejs, which iknite needs')
  })

  test('when the agent depends on something else than when the lock was written', async () => {
    const description = join(place.agent, 'apk/package.yaml')
    await edit(description, '  - git\n', '  - git\n  - jq\n')
    const outcome = await run({})
    await edit(description, '  - jq\n', '')
    expect(outcome.status).toBe(3)
    expect(outcome.stderr).toContain('or the agent’s dependencies changed')
  })

  test('when a repository has a newer package of the name, which apk would take', async () => {
    await using other = await agentBench()
    await edit(join(other.agent, 'apk/package.yaml'), 'name: iknite\n', 'name: jq\n')
    const outcome = await runAgentPipeline(other, { command: 'lock', flags: { out: undefined } })
    expect(outcome.status).toBe(2)
    expect(outcome.stderr).toMatch(/apk would install jq 1\.7\.1-r0 of a repository, not 0\.1\.0-r0/)
  })

  test.each([
    ['apk/package.yaml', 'license:', 'licence:', /package\.yaml:\d+:\d+: unknown key 'licence'/],
    ['package.json', '0.1.0', 'next', /package\.json has no version that apk knows/],
    ['src/main.ts', 'console', 'import "./absent.ts"; console', /the agent cannot be bundled:.*absent\.ts/s],
    ['src/main.ts', 'console', 'import.meta.dirname; console', /the agent cannot be bundled:.*import\.meta/s],
  ])('when %s is wrong: %s -> %s', async (name, from, to, message) => {
    const file = join(place.agent, name)
    const text = await readFile(file, 'utf8')
    await edit(file, from, to)
    const outcome = await run({})
    await writeFile(file, text)
    expect(outcome.status).toBe(2)
    expect(outcome.stderr).toMatch(message)
  })

  test('when the key cannot be used, before anything else is done', async () => {
    const file = join(place.folder, 'broken.rsa')
    await writeFile(file, 'no key')
    const named = await run({ flags: { 'agent-key': file } })
    expect([named.status, named.stderr]).toEqual([2, expect.stringContaining('is not a private key in PEM')])
    const absent = await run({ flags: { 'agent-key': join(place.folder, 'absent.rsa') } })
    expect([absent.status, absent.stderr]).toEqual([1, expect.stringMatching(/absent\.rsa: no such file/)])
    const text = await run({ env: { KAWEEZLE_AGENT_KEY_PEM: 'no key' } })
    expect([text.status, text.stderr]).toEqual([2, expect.stringContaining('KAWEEZLE_AGENT_KEY_PEM is not')])
    expect(text.stderr).not.toContain('no key')
  })

  test('not, with the key of a release, which its recipe then trusts', async () => {
    const pem = place.key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const file = join(place.folder, 'own.rsa')
    await writeFile(file, pem)
    await succeed({ flags: { 'agent-key': file } }, 'no-config')
    expect(await readdir(join(place.out, 'apk'))).toEqual(['own.rsa.pub', 'x86_64'])
    const published = createPublicKey(await readFile(join(place.out, 'apk/own.rsa.pub')))
    expect(published.equals(place.key.publicKey)).toBe(true)
    expect(await readdir(place.folder)).not.toContain('no-config')
    await succeed({ env: { KAWEEZLE_AGENT_KEY_PEM: pem } }, 'no-config')
    expect((await readdir(join(place.out, 'apk'))).join(' ')).toMatch(/kaweezle-[0-9a-f]{8}\.rsa\.pub/)
  })
})

function run(options: RunOptions, config?: string) {
  return runAgentPipeline(place, options, config)
}

async function succeed(options: RunOptions = {}, config?: string): Promise<string> {
  const outcome = await run(options, config)
  if (outcome.status !== 0) throw new Error(`exit status ${outcome.status}:\n${outcome.stderr}`)
  return outcome.stdout
}

async function skipped({ flags, ...options }: RunOptions, config?: string): Promise<string[]> {
  const lines = (await succeed({ ...options, flags: { ...flags, renderer: 'json' } }, config))
    .trim()
    .split('\n')
  const events = lines.map((line) => JSON.parse(line) as StepEvent)
  return events.filter(({ event }) => event === 'skipped').map(({ step }) => step)
}

async function keysIn(config: string): Promise<string[]> {
  const names = await readdir(join(place.folder, config, 'kaweezle/keys'))
  return names.filter((name) => name.endsWith('.rsa'))
}

async function unpack(name: string, archive: string): Promise<string> {
  const folder = join(place.folder, name)
  await mkdir(folder)
  await execa('tar', ['-xzpf', archive, '-C', folder, '--numeric-owner'])
  return folder
}

function inside(folder: string, ...argv: readonly string[]) {
  return execa('chroot', [folder, ...argv], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    extendEnv: false,
    reject: false,
    all: true,
    timeout: 60_000,
  })
}
