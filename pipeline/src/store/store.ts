import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Blobs, openBlobs } from './blobs.ts'
import { orFileError } from './file-error.ts'
import { makeFolder } from './folder.ts'
import { removeLeftovers } from './leftovers.ts'
import { openRecords, type Records } from './records.ts'

/** Everything that is kept between builds. Any part of it may be deleted while no build runs. */
export interface Store extends Blobs, Records {
  /** A folder for the files of a build under way. */
  readonly workFolder: string
  /** Removes what killed builds left half-written. Call it under the build lock, before anything is written. */
  removeLeftovers(): Promise<void>
}

export interface StoreOptions {
  /** Told of each blob that is on the disk and no longer what its name says. */
  readonly onDamaged?: (path: string) => void
}

/** The layout's version: another layout gets another folder, and neither program breaks the other's. */
const version = 'v1'

/**
 * Opens the store in a cache folder, and makes it where there is none.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`
 */
export async function openStore(cacheFolder: string, options: StoreOptions = {}): Promise<Store> {
  const folder = join(resolve(cacheFolder), version)
  const workFolder = join(folder, 'work')
  const records = join(folder, 'records')
  await makeFolder(workFolder)
  await makeFolder(records)
  return {
    ...openBlobs({ folder, onDamaged: options.onDamaged ?? (() => {}) }),
    ...openRecords(folder),
    workFolder,
    async removeLeftovers() {
      await removeLeftovers(join(folder, 'partial'))
      const kinds = await orFileError(records, () => readdir(records))
      for (const kind of kinds) await removeLeftovers(join(records, kind))
    },
  }
}
