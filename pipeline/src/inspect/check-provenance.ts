import { basename, dirname, join } from 'node:path'
import type { RootfsManifest } from '../describe/manifest.ts'
import { provenanceStatement } from '../describe/provenance/statement.ts'
import { PipelineError } from '../errors.ts'
import { jsonOrUndefined } from '../json.ts'
import { hashFile } from '../store/hash-file.ts'
import { byteString, displayPath, isTreePath } from '../tree/path.ts'
import { readIfThere } from './read-manifest.ts'

/**
 * A line for every finished file beside `manifestFile` that is not the one that the provenance speaks of: SBOMs,
 * packages and their repository, manifest and checksum. Those that are not there are not missed, nor is the
 * provenance; the rootfs is taken for what the manifest says, which it is held against elsewhere.
 * @throws PipelineError `ARCHIVE_INVALID` when the provenance is none; `FILE_FAILED`.
 */
export async function checkProvenance(manifestFile: string, manifest: RootfsManifest): Promise<string[]> {
  const file = manifestFile.replace(/\.manifest\.json$/, '.provenance.json')
  const text = file === manifestFile ? undefined : await readIfThere(file)
  if (text === undefined) return []
  const name = basename(file)
  const parsed = provenanceStatement.safeParse(jsonOrUndefined(text))
  if (!parsed.success) throw new PipelineError('ARCHIVE_INVALID', `${name} is no provenance of this format`)
  const subjects = new Map(parsed.data.subject.map((one) => [one.name, one.digest.sha256]))
  const { rootfs } = manifest.files
  const faults = [...subjects.keys()]
    .filter((subject) => !isTreePath(byteString(subject)))
    .map((subject) => `${name} speaks of ${shown(subject)}, which is no path below it`)
  if (subjects.get(rootfs.name) !== rootfs.sha256)
    faults.push(`${name} does not speak of the ${shown(rootfs.name)} of the manifest`)
  for (const [subject, wanted] of subjects) {
    if (subject === rootfs.name || !isTreePath(byteString(subject))) continue
    const found = await hashFile(join(dirname(file), subject))
    if (found !== undefined && found.sha256 !== wanted)
      faults.push(`${shown(subject)} has sha256 ${found.sha256}, and ${wanted} in ${name}`)
  }
  return faults
}

function shown(name: string): string {
  return displayPath(byteString(name))
}
