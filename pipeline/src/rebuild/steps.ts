import type { ListrTask } from 'listr2'
import { PipelineError } from '../errors.ts'
import { compressor } from '../gzip/gzip.ts'
import { shownPath } from '../render/shown-path.ts'
import type { Build } from '../steps/build.ts'
import { buildSteps } from '../steps/index.ts'
import { locks } from '../steps/locks.ts'
import { step } from '../steps/step.ts'
import { hashFile } from '../store/hash-file.ts'
import type { Release } from './find-release.ts'
import { firstDifference } from './first-difference.ts'
import { openArchive } from './open-archive.ts'
import { releaseChanges } from './release-changes.ts'

/** The steps of a build, of everything anew, between the checks that make of it a proof of a release. */
export function rebuildSteps(release: Release): ListrTask<Build>[] {
  const after = buildSteps.indexOf(locks) + 1
  return [
    checkPackages(release),
    ...buildSteps.slice(0, after),
    checkLocks(release),
    ...buildSteps.slice(after),
    compare(release),
  ]
}

function checkPackages({ manifest, packages }: Release): ListrTask<Build> {
  return step<Build>({
    name: 'release',
    title: 'Read the release',
    async run() {
      const { sha256 } = manifest.files.packages
      const found = await hashFile(packages)
      const name = shownPath(packages)
      if (found === undefined)
        throw new PipelineError('USAGE', `${name} is missing`, {
          hint: 'Download it from the release: it has all packages that the root filesystem was built from.',
        })
      if (found.sha256 !== sha256)
        throw new PipelineError('CHECKSUM_MISMATCH', `${name} has sha256 ${found.sha256}, not ${sha256}`, {
          hint: 'Download it again.',
        })
      return { done: `${manifest.name} ${manifest.version} for ${manifest.architecture}` }
    },
  })
}

/** Also forgets what earlier builds made: a result that stands proves nothing. */
function checkLocks({ manifest }: Release): ListrTask<Build> {
  return step<Build>({
    name: 'answers',
    title: 'Hold the locks against the release',
    async run(build) {
      const changes = releaseChanges(manifest, {
        recipe: build.get('recipe'),
        lock: build.get('lock'),
        clusterLocks: build.get('clusterLocks'),
        agent: (build.get('agent')?.packages ?? []).map(({ facts: { info, checksum } }) => ({
          name: info.name,
          checksum,
        })),
      })
      if (changes.length > 0)
        throw new PipelineError(
          'LOCK_MISMATCH',
          `the release was built from something else:${changes.map((line) => `\n  ${line}`).join('')}`,
          { hint: checkoutHint(manifest) },
        )
      build.set('standing', { ...build.get('standing'), packages: undefined, output: false })
      return { done: `${manifest.packages.length} packages, ${manifest.images.length} images` }
    },
  })
}

function compare({ manifest, rootfs, packages }: Release): ListrTask<Build> {
  return step<Build>({
    name: 'compare',
    title: 'Compare with the release',
    async run({ outputs, signal }) {
      const faults: string[] = []
      let note = ''
      for (const [released, rebuilt] of [
        [rootfs, outputs.rootfs],
        [packages, outputs.packages],
      ] as const) {
        const [a, b] = [await hashFile(released), await hashFile(rebuilt)]
        if (a?.sha256 === b?.sha256) continue
        const difference = await firstDifference(
          { ...openArchive(released, signal), name: 'the release' },
          { ...openArchive(rebuilt, signal), name: 'the rebuilt one' },
        )
        const name = shownPath(released)
        const { zlib } = manifest.tools.compressor
        if (difference !== undefined)
          faults.push(
            `${name}: ${difference.member === undefined ? '' : `${difference.member}: `}${difference.what}`,
          )
        else if (zlib === compressor.zlib)
          faults.push(`${name}: the tars are the same, and packed to other bytes`)
        else note = `, packed to other bytes by zlib ${compressor.zlib} instead of ${zlib}`
      }
      if (faults.length > 0)
        throw new PipelineError(
          'CHECKSUM_MISMATCH',
          `the release is not what its packages and this recipe give:\n  ${faults.join('\n  ')}`,
          { hint: checkoutHint(manifest) },
        )
      return { done: `the same${note === '' ? ' bytes' : ` tar${note}`}` }
    },
  })
}

function checkoutHint({ version, tools }: Release['manifest']): string {
  const node =
    process.version === tools.node ? '' : ` It was built with Node ${tools.node}; this is ${process.version}.`
  return `Check out the commit that ${version} was built from, or name its recipe with --recipe.${node}`
}
