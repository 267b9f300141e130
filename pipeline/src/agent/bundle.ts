import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { thirdPartyLicenses } from '@kaweezle/program-kit/third-party-licenses.ts'
import { build, type Message } from 'esbuild'
import { PipelineError } from '../errors.ts'
import { orFileError } from '../store/file-error.ts'
import { type BundledPackage, bundledPackages } from './bundled-packages.ts'

export interface BundleOptions {
  /** Absolute path of the agent's workspace. */
  readonly folder: string
  readonly version: string
}

/** A program of one file. */
export interface Bundle {
  readonly program: Buffer
  /** Whatever of npm's is in it. */
  readonly packages: readonly BundledPackage[]
  /** Their licences as one text, empty where there are none. */
  readonly licenses: string
}

/** Where Alpine's `nodejs` has it. */
const interpreter = '#!/usr/bin/node'

/**
 * The agent as one program: `src/main.ts` with everything it imports. A file without an extension is CommonJS to
 * every runtime, so that is its format. The same source makes the same bytes wherever it lies.
 * @throws PipelineError `PACKAGE_INVALID` when it cannot be bundled, `FILE_FAILED`.
 */
export async function bundleAgent({ folder, version }: BundleOptions): Promise<Bundle> {
  const result = await build({
    // Every path that gets into the bytes is relative to this one.
    absWorkingDir: folder,
    entryPoints: ['src/main.ts'],
    // Links among node_modules would lead to paths of this machine.
    preserveSymlinks: true,
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    // No tsconfig.json above the folder counts.
    tsconfigRaw: {},
    define: { __IKNITE_VERSION__: JSON.stringify(version) },
    // Stack traces keep their names.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
    // CommonJS has no import.meta: better now than when it runs.
    logOverride: { 'empty-import-meta': 'error' },
  }).catch((cause: unknown) => {
    throw isFailure(cause) ? refusal(cause) : cause
  })
  const [output] = result.outputFiles
  if (output === undefined) throw new Error('esbuild made no file')
  const program = Buffer.from(`${interpreter}\n${output.text.replace(/^#!.*\n/, '')}`)
  const packages = await bundledPackages(result.metafile, folder)
  const licenses = await thirdPartyLicenses(result.metafile, readerBelow(folder))
  return { program, packages, licenses }
}

function readerBelow(folder: string) {
  const at = <T>(path: string, look: (path: string) => Promise<T>) => {
    const place = join(folder, path)
    return orFileError(place, () => look(place))
  }
  return {
    list: (path: string) => at(path, (place) => readdir(place)),
    read: (path: string) => at(path, (place) => readFile(place, 'utf8')),
  }
}

interface Failure extends Error {
  readonly errors: readonly Message[]
}

function isFailure(error: unknown): error is Failure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
}

const shownErrors = 5

function refusal(cause: Failure): PipelineError {
  const lines = cause.errors.slice(0, shownErrors).map(({ text, location }) => {
    return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`
  })
  return new PipelineError('PACKAGE_INVALID', `the agent cannot be bundled:\n  ${lines.join('\n  ')}`, {
    hint: 'Correct its source, and run `npm ci` where a package is missing.',
    cause,
  })
}
