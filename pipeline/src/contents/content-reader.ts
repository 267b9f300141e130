import { closeSync, openSync, read, readSync } from 'node:fs'
import { promisify } from 'node:util'
import { PipelineError } from '../errors.ts'
import { orFileError } from '../store/file-error.ts'
import type { FileEntry } from '../tree/entry.ts'
import { displayPath } from '../tree/path.ts'

const largestPart = 2 ** 18
/** Most contents are small, and a trip through Node's thread pool takes ten times as long as to read one. */
const largestSyncRead = 2 ** 16
/** Far below the usual limit of 1024: each file of an overlay is one of its own. */
const mostFiles = 32

interface OpenFile {
  readonly descriptor: number
  /** Reads under way: only a file without any is closed to make room. */
  users: number
}

/** Reads the contents of entries, keeping the files they lie in open for the next ones. */
export class ContentReader implements Disposable {
  /** In order of last use, oldest first. */
  readonly #files = new Map<string, OpenFile>()
  /** Buffers that no content is being read into: new ones for every part would keep the garbage collector busy. */
  readonly #buffers: Buffer[] = []

  /**
   * The content of a file, in parts of at most 256 KiB, which the caller may keep.
   * @throws PipelineError `FILE_FAILED` when it cannot be read, or the file it lies in ends before it.
   */
  async *open(entry: FileEntry): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const part of this.borrow(entry)) yield Buffer.from(part)
  }

  /**
   * As {@link open}, without copies: a part is valid until the next one is asked for. Not for Node's streams,
   * which ask ahead.
   */
  async *borrow({ path, size, content }: FileEntry): AsyncGenerator<Uint8Array, void, undefined> {
    if ('bytes' in content) {
      yield content.bytes
      return
    }
    const { file, offset } = content
    const buffer = this.#buffers.pop() ?? Buffer.allocUnsafeSlow(largestPart)
    try {
      for (let done = 0; done < size; ) {
        const part = buffer.subarray(0, Math.min(size - done, largestPart))
        const length = await orFileError(file, () => this.#read(file, part, offset + done))
        if (length === 0) throw cutOff(file, displayPath(path))
        done += length
        yield part.subarray(0, length)
      }
    } finally {
      this.#buffers.push(buffer)
    }
  }

  [Symbol.dispose](): void {
    this.#closeIdle(0)
  }

  async #read(file: string, buffer: Buffer, position: number): Promise<number> {
    const openFile = this.#files.get(file) ?? { descriptor: openSync(file, 'r'), users: 0 }
    this.#files.delete(file)
    this.#files.set(file, openFile)
    openFile.users++
    try {
      if (buffer.length <= largestSyncRead)
        return readSync(openFile.descriptor, buffer, 0, buffer.length, position)
      return (await readAsync(openFile.descriptor, buffer, 0, buffer.length, position)).bytesRead
    } finally {
      openFile.users--
      this.#closeIdle(mostFiles)
    }
  }

  #closeIdle(most: number): void {
    for (const [file, { descriptor, users }] of this.#files) {
      if (this.#files.size <= most) return
      if (users > 0) continue
      this.#files.delete(file)
      closeSync(descriptor)
    }
  }
}

const readAsync = promisify(read)

function cutOff(file: string, name: string): PipelineError {
  return new PipelineError('FILE_FAILED', `${file} ends before the content of ${name} does`, {
    hint: 'Run the build again; something else may be writing to its work folder.',
  })
}
