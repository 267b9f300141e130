import { createHash } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isSha256, type Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import { orFileError } from './file-error.ts'
import { makeFolder, syncFolder } from './folder.ts'

/** What a file has to be; what is absent is not checked. */
export interface Expected {
  /** Bytes. */
  readonly size?: number | undefined
  readonly sha256?: Sha256 | undefined
}

/** What a file turned out to be. */
export interface Written {
  /** Bytes. */
  readonly size: number
  readonly sha256: Sha256
}

export interface DraftOptions {
  readonly path: string
  /** What people know the file as; used in messages. */
  readonly label: string
  readonly expected?: Expected | undefined
  /** Continue the file at `path`, if there is one, instead of refusing it. */
  readonly resume?: boolean
}

/**
 * Opens a file that has no final name yet.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`
 */
export async function openDraft(options: DraftOptions): Promise<Draft> {
  const flags = options.resume === true ? 'a+' : 'ax+'
  const handle = await orFileError(options.path, () => open(options.path, flags, 0o644))
  const draft = new Draft(handle, options)
  if (options.resume === true) await draft.recover()
  return draft
}

/** A file being written. It is hashed as it grows, and nothing has its final name before `publish`. */
export class Draft {
  readonly path: string
  readonly label: string
  readonly expected: Expected
  readonly #handle: FileHandle
  #hash = createHash('sha256')
  #size = 0

  constructor(handle: FileHandle, options: DraftOptions) {
    this.path = options.path
    this.label = options.label
    this.expected = options.expected ?? {}
    this.#handle = handle
  }

  /** Bytes written so far, those of an earlier process included. */
  get size(): number {
    return this.#size
  }

  /** Takes over what an earlier process wrote: it is hashed again, or dropped where it cannot be a beginning. */
  async recover(): Promise<void> {
    await this.#file(async () => {
      const { size } = await this.#handle.stat()
      if (size > (this.expected.size ?? size)) return this.restart()
      for await (const chunk of this.#handle.createReadStream({ start: 0, autoClose: false })) {
        this.#hash.update(chunk)
      }
      this.#size = size
    })
  }

  async append(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk)
    // Not `write`, which may write less than it was given without failing.
    await this.#file(() => this.#handle.writeFile(chunk))
    this.#size += chunk.length
  }

  /** Begins again with nothing. */
  async restart(): Promise<void> {
    await this.#file(() => this.#handle.truncate(0))
    this.#hash = createHash('sha256')
    this.#size = 0
  }

  /**
   * Ends the writing: checks size and digest, and brings the bytes to the disk.
   * @throws PipelineError `CHECKSUM_MISMATCH`
   */
  async seal(): Promise<Written> {
    const { size, sha256 } = this.expected
    const digest = this.#hash.copy().digest('hex')
    if (!isSha256(digest)) throw new Error('node:crypto gave no SHA-256')
    if (size !== undefined && size !== this.#size) {
      throw this.#mismatch(`has ${this.#size} bytes, not the expected ${size}`)
    }
    if (sha256 !== undefined && sha256 !== digest) {
      throw this.#mismatch(`has sha256 ${digest}, not the expected ${sha256}`)
    }
    await this.#file(() => this.#handle.sync())
    return { size: this.#size, sha256: digest }
  }

  /** Gives the sealed file its final name, over any file that has it, and closes it. */
  async publish(destination: string, mode?: number): Promise<void> {
    await this.#file(async () => {
      // A umask may not keep the owner from reading what was just made.
      await this.#handle.chmod(mode ?? ((await this.#handle.stat()).mode & 0o777) | 0o600)
      await this.#handle.close()
    })
    const folder = dirname(destination)
    await makeFolder(folder)
    await orFileError(destination, () => rename(this.path, destination))
    await syncFolder(folder)
  }

  /** Closes the file and leaves it for a later run to continue. */
  async close(): Promise<void> {
    await this.#handle.close()
  }

  /** Closes and removes the file. */
  async discard(): Promise<void> {
    await this.#handle.close()
    await this.#file(() => rm(this.path, { force: true }))
  }

  #file<T>(action: () => Promise<T>): Promise<T> {
    const { size } = this.expected
    return orFileError(this.path, action, size === undefined ? undefined : size - this.#size)
  }

  #mismatch(what: string): PipelineError {
    return new PipelineError('CHECKSUM_MISMATCH', `${this.label} ${what}`, {
      hint: 'Try again or use another mirror; if upstream really changed, refresh the locks with `npm run lock`.',
    })
  }
}
