import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeLeftovers } from '../src/files/leftovers.ts'
import { makeFolder } from '../src/files/make-folder.ts'
import { type FileContent, replaceFile } from '../src/files/replace-file.ts'
import { type Description, iconFile, readDescription } from './description.ts'
import { linuxProgram } from './linux-program.ts'
import { type System, systems } from './node-binaries.ts'
import { npmPackage } from './npm-package.ts'
import { scoopManifest } from './scoop-manifest.ts'
import { type SeaBlob, seaBlob } from './sea-blob.ts'
import { selfUnpacking } from './self-unpacking.ts'
import { windowsProgram } from './windows-program.ts'
import { windowsZip } from './windows-zip.ts'
import { wingetManifests } from './winget-manifests.ts'

/** The forms that the CLI is handed on in. */
export const forms = ['npm', ...systems] as const
export type Form = (typeof forms)[number]

export interface PackageCliOptions {
  /** The folder for the files; what else is there stays. */
  readonly out: string
  readonly version: string
  /** `OWNER/NAME` on GitHub, whose releases Scoop and winget are led to. */
  readonly repository: string
  /** Of the release that the files get into. */
  readonly tag: string
  readonly only: ReadonlySet<Form>
  /** Is told the path of each file when it is whole. */
  readonly onFile: (path: string) => void
}

/** What the forms are made with. */
interface Packing extends PackageCliOptions {
  readonly description: Description
  /** For files on the way. */
  readonly folder: string
  land(name: string, content: FileContent, mode?: number): Promise<void>
}

/**
 * Writes the CLI in the forms of `only`: the tarball for npm, the single executables, and with that of Windows what Scoop
 * and winget read. The same source makes the same bytes.
 * @throws esbuild's error, and KaweezleError: `FILE_FAILED`, also where a Node is not installed; `DISK_FULL`; `USAGE` on
 *   another Node than that of the executables
 */
export async function packageCli(options: PackageCliOptions): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-package-'))
  stack.defer(() => rm(folder, { recursive: true }))
  // What is handed on may be read by all, as the folder of a build.
  await makeFolder(options.out, 0o755)
  await removeLeftovers(options.out)
  const packing: Packing = {
    ...options,
    folder,
    description: await readDescription(),
    async land(name, content, mode = 0o644) {
      const path = join(options.out, name)
      await replaceFile(path, content, { mode })
      options.onFile(path)
    },
  }
  if (options.only.has('npm')) await packForNpm(packing)
  const chosen = systems.filter((system) => options.only.has(system))
  if (chosen.length > 0) await packExecutables(packing, chosen)
}

async function packForNpm({ version, repository, description, folder, land }: Packing): Promise<void> {
  const tarball = await npmPackage({
    version,
    repository,
    description,
    folder: await emptyFolder(folder, 'npm'),
  })
  await land(`kaweezle-${version}.tgz`, createReadStream(tarball))
}

async function packExecutables(packing: Packing, chosen: readonly System[]): Promise<void> {
  const blob = await seaBlob(packing.version, await emptyFolder(packing.folder, 'blob'))
  for (const system of chosen) {
    if (system === 'windows-x64') await packForWindows(packing, blob)
    else await packForLinux(packing, system, blob)
  }
}

/** The processors as `uname -m` has them, and where glibc's loader is for them. */
const linux = {
  'linux-x64': { machine: 'x86_64', loader: '/lib64/ld-linux-x86-64.so.2' },
  'linux-arm64': { machine: 'aarch64', loader: '/lib/ld-linux-aarch64.so.1' },
} as const

async function packForLinux(packing: Packing, system: keyof typeof linux, blob: SeaBlob): Promise<void> {
  const { version, folder, land } = packing
  const name = `kaweezle-${system}`
  const program = await linuxProgram(system, blob, folder)
  await land(name, selfUnpacking(program, { name, version, ...linux[system] }), 0o755)
}

async function packForWindows(packing: Packing, blob: SeaBlob): Promise<void> {
  const { version, repository, tag, land } = packing
  const { description } = packing.description
  const program = await windowsProgram({ blob, version, description, icon: iconFile })
  const zip = await windowsZip(program, blob.licenses)
  const name = 'kaweezle-windows-x64.zip'
  await land(name, zip.bytes)
  const published = { version, description, repository, tag, zip: { name, sha256: zip.sha256 } }
  await land('kaweezle.json', scoopManifest(published))
  for (const [manifest, text] of wingetManifests(published)) await land(manifest, text)
}

async function emptyFolder(parent: string, name: string): Promise<string> {
  const folder = join(parent, name)
  await mkdir(folder)
  return folder
}
