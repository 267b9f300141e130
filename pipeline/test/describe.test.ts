import { createHash } from 'node:crypto'
import { copyFile, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseInstalled } from '../src/apk/installed.ts'
import { localBuilder } from '../src/describe/provenance/builder.ts'
import { type ProvenanceStatement, provenanceStatement } from '../src/describe/provenance/statement.ts'
import { type SpdxDocument, spdxDocument } from '../src/describe/sbom/spdx-schema.fixture.ts'
import { parseImagesLock } from '../src/locks/images.ts'
import { parseManifestsLock } from '../src/locks/manifests.ts'
import { parsePackagesLock } from '../src/locks/parse.ts'
import { agentBench } from './support/agent-world.ts'
import {
  type ClusterWorld,
  clusterLock,
  clusterMissing,
  clusterRecipe,
  readClusterLock,
  startCluster,
} from './support/cluster-world.ts'
import { readManifestIn } from './support/finished-rootfs.ts'
import { type Bench, bench, buildMissing, type RunOptions, runPipeline, succeed } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeBuilds = await requirement('whole builds', buildMissing)
const describeCluster = await requirement('builds of a cluster', clusterMissing)

const names = ['rootfs.spdx.json', 'rootfs.cdx.json', 'rootfs.provenance.json'] as const
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
const patience = 10 * 60_000

interface CycloneDx {
  readonly components: readonly {
    readonly 'bom-ref': string
    readonly name: string
    readonly version: string
    readonly purl?: string
    readonly hashes?: readonly { readonly content: string }[]
    readonly licenses?: unknown
  }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

const readJson = async (out: string, name: string) => JSON.parse(await readFile(join(out, name), 'utf8'))
const spdxIn = (out: string): Promise<SpdxDocument> => readJson(out, 'rootfs.spdx.json')
const cycloneDxIn = (out: string): Promise<CycloneDx> => readJson(out, 'rootfs.cdx.json')
const provenanceIn = async (out: string): Promise<ProvenanceStatement> =>
  provenanceStatement.parse(await readJson(out, 'rootfs.provenance.json'))
const textsIn = (out: string) => Promise.all(names.map((name) => readFile(join(out, name), 'utf8')))

async function digestOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

/** Each finished file by its path below the output folder. */
async function digestsIn(out: string): Promise<Record<string, string>> {
  const entries = await readdir(out, { recursive: true, withFileTypes: true })
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  const digests = files.map(async (file) => [file.slice(out.length + 1), await digestOf(file)])
  return Object.fromEntries(await Promise.all(digests))
}

async function expectTrue(out: string): Promise<void> {
  expect(spdxDocument.safeParse(await spdxIn(out)).error?.issues ?? []).toEqual([])
  expect(await validator.validate(await readFile(join(out, 'rootfs.cdx.json'), 'utf8'))).toBeNull()
  const { subject } = await provenanceIn(out)
  const { 'rootfs.provenance.json': _, 'report.html': _report, ...others } = await digestsIn(out)
  expect(Object.fromEntries(subject.map((one) => [one.name, one.digest.sha256]))).toEqual(others)
}

/** What apk's database in a packed rootfs lists, as `name version`. */
async function installedIn(out: string): Promise<string[]> {
  const { stdout } = await execa('tar', ['-xzOf', join(out, 'rootfs.tar.gz'), 'lib/apk/db/installed'], {
    encoding: 'buffer',
    stripFinalNewline: false,
  })
  return parseInstalled(stdout).map(({ name, version }) => `${name} ${version}`)
}

function purlsOf(document: SpdxDocument, type: string): string[] {
  const purls = document.packages.flatMap(({ externalRefs }) => externalRefs ?? [])
  return purls.map((one) => one.referenceLocator).filter((purl) => purl.startsWith(`pkg:${type}/`))
}

/** What GitHub Actions sets. */
const actions = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'o/r',
  GITHUB_WORKFLOW_REF: 'o/r/.github/workflows/release.yml@refs/heads/main',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SHA: 'c0ffee',
  GITHUB_RUN_ID: '7',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_TOKEN: 'canary',
}

describeBuilds('what a build says of its result', () => {
  let place: Bench

  /** As somebody does it who is not GitHub Actions, where these tests may run. */
  const build = ({ env, ...options }: RunOptions = {}) =>
    succeed(place, { ...options, env: { GITHUB_ACTIONS: '', ...env } })

  beforeAll(async () => {
    place = await bench()
    await build()
  })

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test('keeps the formats, and is of the files that are there', async () => {
    await expectTrue(place.out)
  })

  test('lists every package of apk’s database, with a version and a purl, in both formats', async () => {
    const installed = await installedIn(place.out)
    expect(installed.length).toBeGreaterThan(15)
    const spdx = (await spdxIn(place.out)).packages.filter(({ SPDXID }) => SPDXID.startsWith('SPDXRef-apk-'))
    expect(spdx.map((one) => `${one.name} ${one.versionInfo}`).sort()).toEqual(installed.toSorted())
    for (const { name, externalRefs } of spdx) expect(externalRefs, name).toHaveLength(1)
    const { components } = await cycloneDxIn(place.out)
    const found = components.filter(({ purl }) => purl?.startsWith('pkg:apk/alpine/'))
    expect(found.map((one) => `${one.name} ${one.version}`).sort()).toEqual(installed.toSorted())
    for (const { name, licenses } of found) expect(licenses, name).toBeDefined()
  })

  test('has the digests that the lock has, and says for each package what it needs', async () => {
    const lock = parsePackagesLock(
      await readFile(join(place.recipes, 'minimal.packages.lock.yaml'), 'utf8'),
      'lock',
    ).architectures.x86_64
    const { components, dependencies } = await cycloneDxIn(place.out)
    for (const { name, sha256 } of lock?.packages ?? [])
      expect(components.find((one) => one.name === name)?.hashes, name).toMatchObject([{ content: sha256 }])
    const needs = (ref: string) => dependencies.find((one) => one.ref === ref)?.dependsOn
    expect(needs('apk-openssh')).toEqual(
      expect.arrayContaining(['apk-openssh-server', 'apk-openssh-client-default']),
    )
  })

  test('was not made by anybody that has a name, at no time of day', async () => {
    const { predicate } = await provenanceIn(place.out)
    expect(predicate.runDetails).toEqual({ builder: { id: localBuilder } })
    const { sourceDate } = await readManifestIn(place.out)
    expect((await spdxIn(place.out)).creationInfo.created).toBe(sourceDate.iso)
  })

  test.each(names)('is made again when %s was removed or damaged, as it was', async (name) => {
    const before = await textsIn(place.out)
    await rm(join(place.out, name))
    await build({ flags: { offline: true } })
    expect(await textsIn(place.out)).toEqual(before)
    await writeFile(join(place.out, name), '{}\n')
    await build({ flags: { offline: true } })
    expect(await textsIn(place.out)).toEqual(before)
  })

  test('stands in a second build, whoever runs it', async () => {
    const before = await textsIn(place.out)
    const { stdout } = await build({ env: actions, flags: { offline: true, renderer: 'json' } })
    expect(stdout).toMatch(/"step":"describe","event":"skipped"/)
    expect(await textsIn(place.out)).toEqual(before)
  })

  test('names workflow, run and commit in GitHub Actions, and differs in nothing else', async () => {
    const out = join(place.folder, 'actions')
    await build({ env: actions, flags: { offline: true, out } })
    await expectTrue(out)
    const [{ predicate: here, ...rest }, { predicate: there, ...others }] = [
      await provenanceIn(place.out),
      await provenanceIn(out),
    ]
    expect(there.runDetails).toEqual({
      builder: { id: 'https://github.example/o/r/.github/workflows/release.yml@refs/heads/main' },
      metadata: { invocationId: 'https://github.example/o/r/actions/runs/7/attempts/1' },
    })
    expect(there.buildDefinition.internalParameters.source?.digest).toEqual({ gitCommit: 'c0ffee' })
    const { source: _, ...internalParameters } = there.buildDefinition.internalParameters
    expect({ ...there.buildDefinition, internalParameters }).toEqual(here.buildDefinition)
    expect(others).toEqual(rest)
    expect((await textsIn(out)).slice(0, 2)).toEqual((await textsIn(place.out)).slice(0, 2))
    expect(await readFile(join(out, 'rootfs.provenance.json'), 'utf8')).not.toContain('canary')
  })

  test('tells the source date and the version that were asked for', async () => {
    const out = join(place.folder, 'dated')
    const env = { SOURCE_DATE_EPOCH: '1700000000' }
    await build({ env, flags: { offline: true, out, 'rootfs-version': '1.2.3' } })
    const { externalParameters } = (await provenanceIn(out)).predicate.buildDefinition
    expect(externalParameters).toMatchObject({ version: '1.2.3', sourceDateEpoch: 1_700_000_000 })
    expect((await spdxIn(out)).creationInfo.created).toBe('2023-11-14T22:13:20Z')
  })

  test.each(names)('is held against the other files by verify, which finds a changed %s', async (name) => {
    const folder = join(place.folder, `changed-${name}`)
    await execa('cp', ['-r', place.out, folder])
    const verify = () => runPipeline(place, { command: 'verify', words: [folder] })
    expect(await verify()).toMatchObject({ status: 0 })
    const file = join(folder, name)
    await writeFile(file, (await readFile(file, 'utf8')).replace(/[0-9a-f]{64}/, '0'.repeat(64)))
    expect(await verify()).toMatchObject({ status: 3, stderr: expect.stringContaining('provenance: ') })
  })
})

describeBuilds('what a build with an agent says of it', () => {
  test('names its packages, and those of npm that are in its program, with their licences', async () => {
    await using place = await agentBench()
    await symlink(join(import.meta.dirname, '../../node_modules'), join(place.folder, 'node_modules'))
    await copyFile(
      join(import.meta.dirname, '../../package-lock.json'),
      join(place.folder, 'package-lock.json'),
    )
    await writeFile(
      join(place.agent, 'src/main.ts'),
      "import { parse } from 'yaml'\nconsole.log(parse('1'))\n",
    )
    await succeed(place, { flags: { recipe: join(place.recipes, 'own.yaml'), mirror: place.mirror } })
    await expectTrue(place.out)
    const { components, dependencies } = await cycloneDxIn(place.out)
    const yaml = components.find(({ purl }) => purl?.startsWith('pkg:npm/'))
    expect(yaml).toMatchObject({
      name: 'yaml',
      licenses: [{ expression: 'ISC' }],
      hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
    })
    const iknite = components.find(({ name }) => name === 'iknite')
    expect(iknite?.purl).toMatch(/^pkg:apk\/kaweezle\/iknite@/)
    const needs = dependencies.find(({ ref }) => ref === iknite?.['bom-ref'])?.dependsOn
    expect(needs).toEqual(expect.arrayContaining([yaml?.['bom-ref'], 'apk-nodejs', 'apk-kubeadm']))
    const licenses = 'usr/share/licenses/iknite/THIRD-PARTY-LICENSES.txt'
    const { stdout } = await execa('tar', ['-xzOf', join(place.out, 'rootfs.tar.gz'), licenses])
    expect(stdout).toMatch(/^yaml [\d.]+ \(ISC\)\n\nCopyright Eemeli Aro/m)
  })
})

describeCluster('what a build with images says of its result', () => {
  const twins = ['quay.io/example/twin:one', 'quay.io/example/twin:two'] as const
  let world: ClusterWorld
  let place: Bench

  const withSources = (options: RunOptions = {}): RunOptions => ({
    ...options,
    flags: { recipe: clusterRecipe(place), ...world.sources, ...options.flags },
  })

  beforeAll(async () => {
    world = await startCluster({ images: { [twins[0]]: 'plain' } })
    const twin = world.images.get(twins[0])
    if (twin === undefined) throw new Error('no twin')
    await world.push(twins[1], twin)
    place = await world.newBench({ extra: twins })
    await succeed(place, withSources({ command: 'lock' }))
    await succeed(place, withSources())
  }, patience)

  afterAll(async () => {
    await place?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  test('keeps the formats, and is of the files that are there', async () => {
    await expectTrue(place.out)
  })

  test('lists every package, every image with its index, every manifest, and every layer once', async () => {
    const { images, manifests } = await readManifestIn(place.out)
    const document = await spdxIn(place.out)
    const installed = await installedIn(place.out)
    expect(purlsOf(document, 'apk')).toHaveLength(installed.length)
    const digests = images.flatMap((one) =>
      one.digest === one.manifest ? [one.digest] : [one.digest, one.manifest],
    )
    const purls = purlsOf(document, 'oci')
    expect(purls).toHaveLength(digests.length)
    for (const digest of digests) expect(purls.join('\n')).toContain(`@sha256:${digest}?`)
    const layers = images.flatMap((one) => one.layers.map(({ diffId }) => `sha256:${diffId}`))
    const once = [...new Set(layers)]
    expect(layers.length).toBeGreaterThan(once.length)
    const listed = document.packages.filter(({ SPDXID }) => SPDXID.startsWith('SPDXRef-layer-'))
    expect(listed.map(({ versionInfo }) => versionInfo).sort()).toEqual(once.toSorted())
    expect(document.packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(manifests.map(({ name }) => name)),
    )
    const { components } = await cycloneDxIn(place.out)
    expect(components.map((one) => `SPDXRef-${one['bom-ref']}`)).toEqual(
      document.packages.slice(1).map(({ SPDXID }) => SPDXID),
    )
  })

  test('was made of exactly what the locks pin', async () => {
    const packages = parsePackagesLock(await readClusterLock(place, 'packages'), 'lock').architectures.x86_64
    const { images } = parseImagesLock(await readClusterLock(place, 'images'), 'lock')
    const { manifests } = parseManifestsLock(await readClusterLock(place, 'manifests'), 'lock')
    const pinned = [
      packages?.base.sha256,
      ...(packages?.packages.map(({ sha256 }) => sha256) ?? []),
      ...manifests.map(({ sha256 }) => sha256),
      ...images.flatMap(({ image, platforms }) => [
        ...new Set([image.digest, platforms['linux/amd64'] ?? image.digest]),
      ]),
    ]
    const { resolvedDependencies } = (await provenanceIn(place.out)).predicate.buildDefinition
    expect(resolvedDependencies.map(({ digest }) => digest.sha256).sort()).toEqual(pinned.toSorted())
    expect(new Set(resolvedDependencies.map(({ uri }) => uri)).size).toBe(pinned.length)
    for (const { url } of manifests) expect(resolvedDependencies.map(({ uri }) => uri)).toContain(url)
  })

  test(
    'is the same from another bench and cache with the same locks',
    async () => {
      await using other = await world.newBench({ extra: twins.toReversed() })
      for (const lock of ['packages', 'images', 'manifests'] as const)
        await copyFile(clusterLock(place, lock), clusterLock(other, lock))
      await succeed(other, { flags: { recipe: clusterRecipe(other), ...world.sources } })
      expect(await textsIn(other.out)).toEqual(await textsIn(place.out))
    },
    patience,
  )

  test(
    'without images speaks of none, and of no lock of them',
    async () => {
      const out = join(place.folder, 'without')
      await succeed(place, withSources({ flags: { out, 'no-images': true } }))
      await expectTrue(out)
      expect(purlsOf(await spdxIn(out), 'oci')).toEqual([])
      const { buildDefinition } = (await provenanceIn(out)).predicate
      expect(buildDefinition.externalParameters.images).toBe(false)
      expect(buildDefinition.resolvedDependencies.filter(({ uri }) => uri.startsWith('pkg:oci/'))).toEqual([])
    },
    patience,
  )
})
