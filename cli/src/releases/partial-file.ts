import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as z from 'zod'
import { isSystemError, orFileError } from '../files/file-error.ts'
import { makeFolder, syncFolder } from '../files/make-folder.ts'
import { renameOver, replaceFile } from '../files/replace-file.ts'

/** Which version of which file the bytes are of. */
const beginning = z.object({ source: z.string(), validator: z.string() })

export type Beginning = z.infer<typeof beginning>

/** Made where it is missing, and kept where it is not. Not `a+`: Windows does not let that be made shorter. */
const readAndWrite = constants.O_RDWR | constants.O_CREAT

/**
 * Opens what an earlier process left of a download to `destination`, or a new file beside it.
 * @throws KaweezleError `FILE_FAILED`, `DISK_FULL`
 */
export async function openPartial(destination: string, size: number): Promise<PartialFile> {
  const path = `${destination}.partial`
  await makeFolder(dirname(destination))
  const handle = await orFileError(path, () => open(path, readAndWrite, 0o600))
  const partial = new PartialFile(handle, destination)
  try {
    await partial.recover(size)
    return partial
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A download under way: it is hashed as it grows, and has its final name only after {@link PartialFile.commit}. */
export class PartialFile {
  readonly #path: string
  readonly #destination: string
  readonly #handle: FileHandle
  #hash = createHash('sha256')
  #size = 0
  #beginning: Beginning | undefined

  constructor(handle: FileHandle, destination: string) {
    this.#handle = handle
    this.#destination = destination
    this.#path = `${destination}.partial`
  }

  /** Bytes written so far, those of earlier processes included. */
  get size(): number {
    return this.#size
  }

  /** What was told about the bytes by {@link PartialFile.begin}. */
  get beginning(): Beginning | undefined {
    return this.#beginning
  }

  /** The SHA-256 of the bytes so far. */
  get sha256(): string {
    return this.#hash.copy().digest('hex')
  }

  /** Takes over what an earlier process wrote: it is hashed again, or dropped where it cannot be a beginning. */
  async recover(expected: number): Promise<void> {
    const { size } = await this.#file(() => this.#handle.stat())
    if (size > expected) return this.restart()
    await this.#file(async () => {
      for await (const chunk of this.#handle.createReadStream({
        start: 0,
        autoClose: false,
        highWaterMark: 1 << 20,
      })) {
        this.#hash.update(chunk)
        this.#size += chunk.length
      }
    })
    this.#beginning = size === 0 ? undefined : await readBeginning(`${this.#path}.json`)
  }

  /** Remembers, for later processes too, of what the bytes are; undefined where nothing tells. */
  async begin(told: Beginning | undefined): Promise<void> {
    const { source, validator } = told ?? {}
    if (this.#beginning?.source === source && this.#beginning?.validator === validator) return
    this.#beginning = told
    await (told === undefined ? this.#forget() : replaceFile(`${this.#path}.json`, JSON.stringify(told)))
  }

  async append(chunk: Uint8Array): Promise<void> {
    // It may write less than it was given without failing.
    for (let done = 0; done < chunk.length; ) {
      const rest = chunk.subarray(done)
      const { bytesWritten } = await this.#file(() =>
        this.#handle.write(rest, 0, rest.length, this.#size + done),
      )
      done += bytesWritten
    }
    this.#hash.update(chunk)
    this.#size += chunk.length
  }

  /** Begins again with nothing. */
  async restart(): Promise<void> {
    await this.#file(() => this.#handle.truncate(0))
    await this.#forget()
    this.#hash = createHash('sha256')
    this.#size = 0
    this.#beginning = undefined
  }

  /** Gives the file, which is complete and right, its final name, and closes it. */
  async commit(): Promise<void> {
    await this.#file(async () => {
      await this.#handle.sync()
      await this.#handle.close()
      await renameOver(this.#path, this.#destination)
    })
    await syncFolder(dirname(this.#destination))
    await this.#forget()
  }

  /** Closes the file and leaves it for a later process to continue. */
  async close(): Promise<void> {
    await this.#handle.close()
  }

  #forget(): Promise<void> {
    return this.#file(() => rm(`${this.#path}.json`, { force: true }))
  }

  #file<T>(action: () => Promise<T>): Promise<T> {
    return orFileError(this.#path, action)
  }
}

/** One that is not there, or torn, only costs the certainty that a server would give. */
async function readBeginning(path: string): Promise<Beginning | undefined> {
  try {
    return beginning.safeParse(JSON.parse(await readFile(path, 'utf8'))).data
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
}
