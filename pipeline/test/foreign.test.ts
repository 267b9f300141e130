import { generateKeyPairSync } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildIndex, signIndex } from '../src/apk/index-writer.ts'
import { verifyPackage } from '../src/apk/package.ts'
import { rootfsManifest } from '../src/describe/manifest.ts'
import { buildApk } from './support/build-apk.ts'
import { emulateAarch64, emulationMissing } from './support/emulation.ts'
import { type FaultServer, serve, startServer } from './support/fault-server.ts'
import { type Bench, bench, buildMissing, runPipeline, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeForeign = await requirement(
  'emulation of aarch64',
  async () => (await emulationMissing()) ?? buildMissing(),
)

let place: Bench
let repository: FaultServer
let flags: Record<string, string>

describeForeign('the aarch64 minirootfs on an x86_64 machine', () => {
  beforeAll(async () => {
    place = await bench()
    repository = await serveRepository(join(place.recipes, 'test-keys'))
    const recipe = join(place.recipes, 'foreign.yaml')
    await writeFile(recipe, recipeText(repository.url))
    flags = { recipe, arch: 'aarch64' }
  })

  afterAll(async () => {
    await repository[Symbol.asyncDispose]()
    await place[Symbol.asyncDispose]()
  })

  test('without emulation is refused before a program of it runs, naming what helps', async () => {
    const outcome = await runPipeline(place, { flags })
    expect(outcome).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/aarch64.*hint:.*qemu-user-static.*binfmt/s),
    })
  })

  test('with Debian’s qemu-user-static is locked and built, and its scripts run', async () => {
    await using _ = await emulateAarch64()
    await succeed(place, { flags })
    const manifest = rootfsManifest.parse(
      JSON.parse(await readFile(join(place.out, 'rootfs.aarch64.manifest.json'), 'utf8')),
    )
    expect(manifest).toMatchObject({
      architecture: 'aarch64',
      files: { rootfs: { name: 'rootfs.aarch64.tar.gz' } },
    })
    expect(manifest.packages).toContainEqual(
      expect.objectContaining({ name: 'greeting', from: `${repository.url}/apk` }),
    )
  })
})

/** A signed repository with one package, whose script runs a program of the architecture. */
async function serveRepository(keyFolder: string): Promise<FaultServer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { keyName: 'test.rsa.pub', privateKey }
  await mkdir(keyFolder)
  await writeFile(join(keyFolder, key.keyName), publicKey.export({ type: 'spki', format: 'pem' }))
  const { bytes } = await buildApk({
    info: { pkgname: 'greeting' },
    files: { 'usr/share/greeting': 'hello\n' },
    scripts: { '.post-install': '#!/bin/sh\n[ "$(uname -m)" = aarch64 ] || exit 1\n' },
    key,
  })
  const facts = await verifyPackage(chunk(bytes), { label: 'greeting' })
  const index = signIndex(
    buildIndex([facts], { architecture: 'aarch64', description: 'test', sourceDate: 0 }),
    key,
  )
  const files: Record<string, Uint8Array> = {
    '/apk/aarch64/APKINDEX.tar.gz': index,
    '/apk/aarch64/greeting-1.0-r0.apk': bytes,
  }
  return startServer((response, request, count) => {
    const content = files[request.url]
    if (content === undefined) response.writeHead(404).end()
    else serve(content)(response, request, count)
  })
}

async function* chunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function recipeText(address: string): string {
  return `name: foreign
architectures: [aarch64]
locks: { packages: foreign.packages.lock.yaml }
base: { release: latest-stable }
repositories:
  - url: ${address}/apk
keys: test-keys
packages: [greeting]
`
}
