import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundledFolders } from '@kaweezle/program-kit/bundled-folders.ts'
import type { Metafile } from 'esbuild'
import { z } from 'zod'
import { PipelineError } from '../errors.ts'
import { jsonOrUndefined } from '../json.ts'
import { shownPath } from '../render/shown-path.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'

/** A package of npm that is in a bundle, in whole or in part. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** As its `package.json` has it. */
  readonly license: string
  readonly homepage: string | undefined
  readonly description: string | undefined
  /** Of its archive in the registry, in lower-case hex, where the workspace's `package-lock.json` says it. */
  readonly sha512: string | undefined
}

const packageSchema = z.object({
  name: z.string().min(1),
  version: z.string().min(1),
  license: z.string().min(1),
  homepage: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
})

/**
 * The packages that got into a bundle, by name and version.
 * @param folder what the paths of `metafile` are relative to
 * @throws PipelineError `PACKAGE_INVALID` for one that does not say its name, version and licence, `FILE_FAILED`.
 */
export async function bundledPackages(metafile: Metafile, folder: string): Promise<BundledPackage[]> {
  const locks = new Map<string, Promise<Integrities>>()
  const found = new Map<string, BundledPackage>()
  for (const path of bundledFolders(metafile)) {
    const one = await readPackage(join(folder, path))
    // The outermost node_modules is beside the lock that filled it.
    const [, root = '', key = ''] = /^(.*?)(node_modules\/.*)$/.exec(path) ?? []
    const lock = locks.get(root) ?? readIntegrities(join(folder, root, 'package-lock.json'))
    locks.set(root, lock)
    const sha512 = (await lock).get(`${key}@${one.version}`)
    found.set(`${one.name}@${one.version}`, { ...one, sha512 })
  }
  return [...found].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => one)
}

async function readPackage(folder: string): Promise<Omit<BundledPackage, 'sha512'>> {
  const file = join(folder, 'package.json')
  const text = await orFileError(file, () => readFile(file, 'utf8'))
  const parsed = packageSchema.safeParse(jsonOrUndefined(text))
  if (parsed.success) return { homepage: undefined, description: undefined, ...parsed.data }
  throw new PipelineError(
    'PACKAGE_INVALID',
    `${shownPath(file)} does not say the package's name, version and licence`,
    {
      hint: 'Run `npm ci`; if it stays so, use another version of that package.',
    },
  )
}

/** SHA-512 in hex by `node_modules/…@version`. */
type Integrities = ReadonlyMap<string, string>

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), integrity: z.string().optional() }),
  ),
})

/** https://docs.npmjs.com/cli/configuring-npm/package-lock-json (lockfileVersion 2 and 3) */
async function readIntegrities(file: string): Promise<Integrities> {
  const parsed = lockSchema.safeParse(jsonOrUndefined(await readIfThere(file)))
  if (!parsed.success) return new Map()
  return new Map(
    Object.entries(parsed.data.packages).flatMap(([path, { version, integrity }]): [string, string][] => {
      const digest = Buffer.from(/^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity ?? '')?.[1] ?? '', 'base64')
      return digest.length === 64 ? [[`${path}@${version}`, digest.toString('hex')]] : []
    }),
  )
}

function readIfThere(file: string): Promise<string> {
  return orFileError(file, async () => {
    try {
      return await readFile(file, 'utf8')
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return ''
      throw error
    }
  })
}
