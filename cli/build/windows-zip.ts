import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { licensesName } from '@kaweezle/program-kit/third-party-licenses.ts'
import { zipSync } from 'fflate'
import { licenseFile } from './description.ts'

/**
 * The program for Windows with its licences in an archive, the same bytes for the same program.
 * @param licenses the path of those of others
 */
export async function windowsZip(
  program: Uint8Array,
  licenses: string,
): Promise<{ readonly bytes: Uint8Array; readonly sha256: string }> {
  const files = {
    'kaweezle.exe': program,
    LICENSE: await readFile(licenseFile),
    [licensesName]: await readFile(licenses),
  }
  // Local time, as the format has it: the same everywhere. Nothing can be older.
  const bytes = zipSync(files, { mtime: new Date(1980, 0, 1) })
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}
