import { basename } from 'node:path'
import { repositoryFiles, repositoryFolder, writeRepository } from '../agent/repository-files.ts'
import { buildManifest } from '../describe/build-manifest.ts'
import { packagesArchive } from '../describe/packages-archive.ts'
import { printManifest } from '../describe/print-manifest.ts'
import { sha256Line } from '../describe/sha256-line.ts'
import { compressor } from '../gzip/gzip.ts'
import { upstreamPath } from '../kubernetes/kustomization.ts'
import { type LockedImage, nameOf } from '../locks/images.ts'
import { archiveTree } from '../pack/archive-tree.ts'
import { shownPath } from '../render/shown-path.ts'
import { packageFile } from '../resolve/fetch-packages.ts'
import { buildIndexes } from '../resolve/local-repositories.ts'
import { commitText } from '../store/commit.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { recordOutput } from './standing.ts'
import { step } from './step.ts'
import { billOf, writeBills } from './write-bills.ts'
import { writeProvenance } from './write-provenance.ts'
import { writeReport } from './write-report.ts'
import { writeWsl } from './write-wsl.ts'

export const describe = step<Build>({
  name: 'describe',
  title: 'Describe what was built',
  async run(build, progress) {
    if (build.get('standing').output) return outputStands
    const { options, outputs } = build
    const { architecture, version } = options
    const { repositories } = build.get('fetched')
    const { packages: installed, epoch } = build.get('installed')
    const lock = build.get('lock')
    const { size, sha256, tarSize, tarSha256 } = build.get('packed')
    const packages = await writePackages(build)
    const repository = repositoryFiles(build.get('agent'), options)
    await writeRepository(repository)
    const manifest = buildManifest({
      name: build.get('recipe').recipe.name,
      version,
      architecture,
      sourceDate: epoch,
      repositories,
      lock,
      installed,
      agent: describeAgent(build),
      ...describeCluster(build),
      files: {
        rootfs: {
          name: basename(outputs.rootfs),
          size,
          sha256,
          unpackedSize: tarSize,
          unpackedSha256: tarSha256,
        },
        packages: { name: basename(outputs.packages), ...packages },
      },
      tools: { node: process.version, compressor },
    })
    const bill = billOf(build, manifest)
    const written = {
      manifest: await commitText(outputs.manifest, printManifest(manifest)),
      checksum: await commitText(outputs.checksum, sha256Line(sha256)),
      ...(await writeBills(build, bill)),
    }
    const digests = {
      rootfs: sha256,
      packages: packages.sha256,
      manifest: written.manifest.sha256,
      checksum: written.checksum.sha256,
      spdx: written.spdx.sha256,
      cyclonedx: written.cyclonedx.sha256,
    }
    const wsl = await writeWsl(build)
    const others = [...repository, ...(wsl === undefined ? [] : [{ path: wsl, sha256 }])]
    const provenance = await writeProvenance(build, { manifest, digests, others })
    await writeReport(build, { manifest, bill }, progress)
    await recordOutput(build, {
      ...digests,
      provenance: provenance.sha256,
      ...(wsl !== undefined && { wsl: sha256 }),
    })
    return { done: shownPath(options.out) }
  },
})

function describeAgent(build: Build) {
  const agent = build.get('agent')
  if (agent === undefined) return null
  const packages = agent.packages.map(({ facts: { info, checksum }, blob }) => ({
    name: info.name,
    file: `${repositoryFolder}/${build.options.architecture}/${packageFile(info)}`,
    size: blob.size,
    checksum,
    sha256: blob.sha256,
  }))
  return { version: agent.version, key: `${repositoryFolder}/${agent.key.keyName}`, packages }
}

function describeCluster(build: Build) {
  const { recipe } = build.get('recipe')
  const locked = build.get('clusterLocks').images?.images ?? []
  const { images } = build.get('preloaded')
  const described = images.map(({ manifest, config, layers }, index) => {
    const { image, from } = locked[index] as LockedImage
    return {
      name: nameOf({ image }),
      digest: image.digest,
      manifest: manifest.digest,
      config: config.digest,
      from,
      layers: layers.map(({ diffId, size }) => ({ diffId, size })),
    }
  })
  const manifests = build.get('fetched').manifests.map(({ name, url, tag, size, sha256 }) => ({
    name,
    path: `${recipe.manifests?.to}/${upstreamPath(name)}`,
    url,
    tag,
    size,
    sha256,
  }))
  return {
    preload: images.length === 0 ? null : (recipe.images?.preload ?? null),
    images: described,
    manifests,
  }
}

async function writePackages(build: Build) {
  const { architecture } = build.options
  const { base: blob, packages, repositories } = build.get('fetched')
  const { base: locked } = build.get('lock')
  const { reader, epoch: sourceDate } = build.get('installed')
  const tree = packagesArchive({
    architecture,
    base: { locked, blob },
    packages: packages.map(({ repository, blob, facts }) => ({
      locked: { ...facts.info, repository },
      blob,
    })),
    indexes: buildIndexes(repositories, packages, architecture),
    sourceDate,
  })
  return archiveTree(tree, { reader, destination: build.outputs.packages, signal: build.signal })
}
