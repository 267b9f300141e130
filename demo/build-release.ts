import { join } from 'node:path'
import type { Double } from '../pipeline/test/support/github-double.ts'
import type { Edition } from './editions.ts'
import type { Host } from './host.ts'
import type { Sources } from './sources.ts'
import type { Stage } from './stage.ts'

/** The beginning of a step, and its progress, are for who waits for long. */
const isResult = (line: string) => !/ \.\.\.$|^\S+ +[\d.]+ \w+( of [\d.]+ \w+)?$/.test(line)

export interface Builder {
  readonly sources: Sources
  readonly host: Host
}

export async function lock(stage: Stage, { sources, host }: Builder): Promise<void> {
  const words = [`--recipe=${sources.recipe}`, ...sources.flags, `--engine=${host.engine}`]
  await stage.run(['npm', 'run', 'lock', '--', ...words], { shows: isResult })
}

export async function build(stage: Stage, { sources, host }: Builder, { version }: Edition): Promise<void> {
  const words = [`--recipe=${sources.recipe}`, ...sources.flags, `--engine=${host.engine}`]
  const result = [`--rootfs-version=${version}`, `--out=${outOf(stage, version)}`]
  await stage.run(['npm', 'run', 'build-rootfs', '--', ...words, ...result], { shows: isResult })
}

export interface Publisher {
  readonly github: Double
  /** The file of the key that signs. */
  readonly key: string
}

export async function release(stage: Stage, { github, key }: Publisher, { version }: Edition): Promise<void> {
  const place = [`--api-url=${github.apiUrl}`, `--repository=${github.repository}`, '--target=main']
  await stage.run(['npm', 'run', 'release', '--', outOf(stage, version), ...place, `--key=${key}`], {
    variables: { GH_TOKEN: github.token },
    shows: isResult,
  })
}

function outOf({ place }: Stage, version: string): string {
  return join(place.folder, version)
}
