import { createByteTail } from './byte-tail.ts'
import { splitLines } from './split-lines.ts'

/** How much of a program's output is kept. */
const keptBytes = 4 * 1024 * 1024

export interface OutputTail {
  write(chunk: Uint8Array): void
  /** Hands on an unfinished last line and returns the end of what was written, at most 4 MiB. */
  end(): string
}

/** Collects the end of a program's output and hands on its lines as they come. */
export function createOutputTail(onLine?: (line: string) => void): OutputTail {
  const lines = onLine && splitLines(onLine)
  const tail = createByteTail(keptBytes)
  return {
    write(chunk) {
      tail.add(chunk)
      lines?.add(chunk)
    },
    end() {
      lines?.end()
      return tail.bytes().toString()
    },
  }
}
