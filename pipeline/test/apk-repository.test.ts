import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildAgent } from '../src/agent/build-agent.ts'
import { localKey } from '../src/agent/local-key.ts'
import { repositoryFiles, writeRepository } from '../src/agent/repository-files.ts'
import { loadAgent } from '../src/load/load-agent.ts'
import { openStore } from '../src/store/store.ts'
import { type AgentBench, agentBench } from './support/agent-world.ts'
import { minirootfs } from './support/engine-base.ts'
import { type FaultServer, serve, startServer } from './support/fault-server.ts'
import { buildMissing } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeAlpine = await requirement('an Alpine to be root in', async () => {
  if (process.getuid?.() !== 0) return 'only root enters it'
  return buildMissing()
})

/** Where docs/releasing.md says that the packages are, and what it calls their key. */
const documented = { site: 'https://kaweezle.github.io/kaweezle', key: 'KEY.rsa.pub' }

describeAlpine('the repository of packages, on a server of files', () => {
  let place: AgentBench
  let server: FaultServer
  /** An Alpine that has never heard of Kaweezle. */
  let system: string
  let keyName: string

  beforeAll(async () => {
    place = await agentBench()
    const key = await localKey(join(place.folder, 'keys'))
    keyName = key.keyName
    const [agent, store] = [await loadAgent(place.agent), await openStore(place.cache)]
    const built = await buildAgent(agent, { architecture: 'x86_64', key, store })
    await writeRepository(repositoryFiles(built, { out: place.out, architecture: 'x86_64' }))
    server = await startServer((response, request, count) => {
      const [, where, path = ''] = /^\/(mirror|site)\/(.*)$/.exec(decodeURIComponent(request.url)) ?? []
      readFile(join(where === 'site' ? place.out : place.mirror, path)).then(
        (content) => serve(content)(response, request, count),
        () => response.writeHead(404).end(),
      )
    })
    system = join(place.folder, 'system')
    await mkdir(system)
    await execa('tar', ['-xzpf', await minirootfs('x86_64'), '-C', system, '--numeric-owner'])
    const repositories = ['main', 'own'].map((name) => `${server.url}/mirror/v3.19/${name}\n`)
    await writeFile(join(system, 'etc/apk/repositories'), repositories.join(''))
    const pem = place.key.publicKey.export({ type: 'spki', format: 'pem' })
    await writeFile(join(system, 'etc/apk/keys', place.key.keyName), pem)
  })

  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await place[Symbol.asyncDispose]()
  })

  /** What docs/releasing.md says to type. */
  async function commands(): Promise<string> {
    const text = await readFile(join(import.meta.dirname, '../../docs/releasing.md'), 'utf8')
    const block = /^```sh\n(wget [\s\S]*?)^```/m.exec(text)?.[1] ?? ''
    expect(block).toContain(`${documented.site}/apk\n`.trim())
    return block.replaceAll(documented.site, `${server.url}/site`).replaceAll(documented.key, keyName)
  }

  function inside(script: string) {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }
    return execa('chroot', [system, '/bin/sh', '-ec', script], {
      env,
      extendEnv: false,
      reject: false,
      all: true,
    })
  }

  test('is refused by an Alpine that does not trust its key', async () => {
    const { exitCode, all } = await inside((await commands()).replace(/^wget .*\n/, ''))
    expect({ exitCode, all }).toEqual({
      exitCode: expect.any(Number),
      all: expect.stringContaining('UNTRUSTED'),
    })
    expect(exitCode).not.toBe(0)
    await inside("sed -i '$d' /etc/apk/repositories")
  })

  test('is added by what docs/releasing.md says, and gives iknite', async () => {
    const { exitCode, all } = await inside(await commands())
    expect(exitCode, all).toBe(0)
    const { stdout } = await inside('apk info -e iknite && apk policy iknite')
    expect(stdout).toMatch(/^iknite\n/)
    expect(stdout).toContain(`${server.url}/site/apk`)
  })
})
