import { StringDecoder } from 'node:string_decoder'

/** How much of a program's output is kept (provider.ts, `ExecResult`). */
const keptBytes = 4 * 1024 * 1024

/** A longer line is handed on in pieces, so that a program which never ends its line cannot fill the memory. */
const longestLine = 64 * 1024

export interface OutputTail {
  write(chunk: Uint8Array): void
  /** Hands on an unfinished last line and returns the end of what was written. */
  end(): string
}

/** Collects the end of a program's output and hands on its lines as they come. */
export function createOutputTail(onLine?: (line: string) => void): OutputTail {
  const decoder = new StringDecoder('utf8')
  let chunks: Uint8Array[] = []
  let size = 0
  let pending = ''

  return {
    write(chunk) {
      chunks.push(chunk)
      size += chunk.length
      if (size > 2 * keptBytes) {
        chunks = [Buffer.concat(chunks).subarray(-keptBytes)]
        size = keptBytes
      }
      if (!onLine) return
      const lines = (pending + decoder.write(Buffer.from(chunk))).split('\n')
      pending = lines.pop() ?? ''
      for (const line of lines) onLine(line)
      if (pending.length > longestLine) {
        onLine(pending)
        pending = ''
      }
    },
    end() {
      pending += decoder.end()
      if (pending !== '') onLine?.(pending)
      pending = ''
      return Buffer.concat(chunks).subarray(-keptBytes).toString()
    },
  }
}
