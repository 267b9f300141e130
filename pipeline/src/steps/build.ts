import { join } from 'node:path'
import type { KeyChoice } from '../agent/choose-key.ts'
import type { Architecture } from '../architecture.ts'
import type { SideFiles } from '../diff/find-side.ts'
import type { StepEvent } from '../render/event.ts'
import { removeLeftovers } from '../store/leftovers.ts'
import type { Results } from './results.ts'
import { type Hold, holdStore, Session, type SessionOptions } from './session.ts'

export interface BuildOptions extends SessionOptions {
  /** Absolute path of the folder for the finished files. */
  readonly out: string
  readonly locked: boolean
  /** Whether the recipe's container images are put in. */
  readonly withImages: boolean
  readonly version: string
  /** What signs the agent's packages. */
  readonly agentKey: KeyChoice
  /** Seconds since 1970; undefined: the build date of the newest package. */
  readonly sourceDateEpoch: number | undefined
  /** What the report compares the result with, if anything. */
  readonly since: SideFiles | undefined
}

/** The value that is passed from step to step: each reads what earlier steps made and adds its own result. */
export class Build extends Session {
  readonly options: BuildOptions
  readonly outputs: Outputs
  /** Absolute path of the page about the build. It tells times, and so is none of the outputs, which are always the same. */
  readonly report: string
  readonly #results: Partial<Results> = {}
  readonly #told: StepEvent[] = []

  constructor(options: BuildOptions, hold: Hold) {
    super(options, hold)
    this.options = options
    this.outputs = outputsIn(options.out, options.architecture)
    this.report = join(options.out, `report${infixOf(options.architecture)}.html`)
    this.listen((event) => {
      if (event.event !== 'progress') this.#told.push(event)
    })
  }

  /** What steps have told of their beginnings and ends. */
  get told(): readonly StepEvent[] {
    return this.#told
  }

  /** What an earlier step made. A step that asks too early is a bug in the order of the steps. */
  get<Name extends keyof Results>(name: Name): Results[Name] {
    if (!Object.hasOwn(this.#results, name)) throw new Error(`no step has made '${name}' yet`)
    return this.#results[name] as Results[Name]
  }

  set<Name extends keyof Results>(name: Name, result: Results[Name]): void {
    this.#results[name] = result
  }
}

/** Absolute paths of the finished files. */
export interface Outputs {
  readonly rootfs: string
  readonly checksum: string
  readonly manifest: string
  readonly packages: string
  /** Bills of what is in the rootfs. */
  readonly spdx: string
  readonly cyclonedx: string
  readonly provenance: string
}

/**
 * Starts a build: it holds the cache until it is disposed of.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`, `INTERRUPTED`
 */
export async function openBuild(options: BuildOptions, signal: AbortSignal): Promise<Build> {
  const build = new Build(options, await holdStore(options, signal))
  const repository = join(options.out, 'apk')
  for (const folder of [options.out, repository, join(repository, options.architecture)])
    await removeLeftovers(folder)
  return build
}

/** x86_64 has the plain names, as upstream's releases always had them. */
function outputsIn(folder: string, architecture: Architecture): Outputs {
  const infix = infixOf(architecture)
  return {
    rootfs: join(folder, `rootfs${infix}.tar.gz`),
    checksum: join(folder, `rootfs${infix}.tar.gz.sha256`),
    manifest: join(folder, `rootfs${infix}.manifest.json`),
    packages: join(folder, `packages${infix}.tar`),
    spdx: join(folder, `rootfs${infix}.spdx.json`),
    cyclonedx: join(folder, `rootfs${infix}.cdx.json`),
    provenance: join(folder, `rootfs${infix}.provenance.json`),
  }
}

function infixOf(architecture: Architecture): string {
  return architecture === 'x86_64' ? '' : `.${architecture}`
}
