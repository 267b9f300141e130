import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Pack, pack } from 'tar-stream'
import { orFileError } from '../store/file-error.ts'
import type { Supply } from './engine.ts'
import { supplyPath } from './supply-path.ts'

/** The files as a tar stream whose names begin with `folder`. The stream fails when a file cannot be read. */
export function packSupplies(folder: string, files: readonly Supply[]): Readable {
  const archive = pack()
  fill(archive, folder, files).catch((error: Error) => archive.destroy(error))
  return Readable.from(archive)
}

async function fill(archive: Pack, folder: string, files: readonly Supply[]): Promise<void> {
  for (const file of files) {
    const name = `${folder}/${supplyPath(file.path)}`
    if ('bytes' in file) {
      archive.entry({ name }, Buffer.from(file.bytes))
    } else {
      await orFileError(file.file, async () => {
        const { size } = await stat(file.file)
        await pipeline(createReadStream(file.file), archive.entry({ name, size }))
      })
    }
  }
  archive.finalize()
}
