import { readFile } from 'node:fs/promises'
import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit'
import semver from 'semver'
import { nodeBinary } from './node-binaries.ts'
import { blobName, fuse, type SeaBlob } from './sea-blob.ts'

export interface WindowsProgramOptions {
  readonly blob: SeaBlob
  readonly version: string
  readonly description: string
  /** The path of an .ico file. */
  readonly icon: string
}

/** What Windows calls English of the United States, and Unicode. */
const english = { lang: 1033, codepage: 1200 }
/** Of RT_RCDATA: https://learn.microsoft.com/windows/win32/menurc/resource-types */
const rawData = 10

/** Node for Windows with the blob in it, and with our name, version and icon. The signature of Node is gone. */
export async function windowsProgram(options: WindowsProgramOptions): Promise<Buffer> {
  const executable = NtExecutable.from(burnFuse(await nodeBinary('windows-x64')), { ignoreCert: true })
  const resources = NtExecutableResource.from(executable)
  const bin = Uint8Array.from(await readFile(options.blob.path)).buffer
  resources.entries.push({ type: rawData, id: blobName, lang: 0, codepage: 0, bin })
  describe(resources.entries, options)
  const icon = Data.IconFile.from(await readFile(options.icon))
  const [group] = Resource.IconGroupEntry.fromEntries(resources.entries)
  if (group === undefined) throw new Error('node.exe has no icon to replace')
  Resource.IconGroupEntry.replaceIconsForResource(
    resources.entries,
    group.id,
    group.lang,
    icon.icons.map(({ data }) => data),
  )
  resources.outputResource(executable)
  return Buffer.from(executable.generate())
}

/** Tells Node that there is a blob. */
function burnFuse(bytes: Buffer): Buffer {
  const unburnt = `${fuse}:0`
  const at = bytes.indexOf(unburnt)
  if (at === -1 || bytes.includes(unburnt, at + 1)) throw new Error('node.exe does not have one fuse')
  bytes.write('1', at + unburnt.length - 1)
  return bytes
}

function describe(
  entries: NtExecutableResource['entries'],
  { version, description }: WindowsProgramOptions,
): void {
  const [info] = Resource.VersionInfo.fromEntries(entries)
  if (info === undefined) throw new Error('node.exe has no version to replace')
  const { major, minor, patch } = semver.parse(version, {}, true)
  info.setFileVersion(major, minor, patch, 0, english.lang)
  info.setProductVersion(major, minor, patch, 0, english.lang)
  info.setStringValues(english, {
    CompanyName: 'Kaweezle',
    ProductName: 'Kaweezle',
    FileDescription: description,
    FileVersion: version,
    ProductVersion: version,
    OriginalFilename: 'kaweezle.exe',
    InternalName: 'kaweezle',
    LegalCopyright: 'Copyright Kaweezle contributors. Apache License 2.0. With Node.js: see its licence.',
  })
  info.outputToResourceEntries(entries)
}
