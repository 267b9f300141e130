import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

const tailLimit = 4 * 1024 * 1024

/** A line without an end would grow for ever. */
const lineLimit = 64 * 1024

/**
 * Collects the end of a program's output.
 * @param onLine gets each line when it is complete, and what has no line end when the output ends.
 * @returns a function that gives the last 4 MiB of what has come.
 */
export function outputTail(stream: Readable, onLine?: (line: string) => void): () => string {
  let chunks: Buffer[] = []
  let length = 0
  let line = ''
  const decoder = new StringDecoder('utf8')
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    // Only now and then, so that each byte is copied a few times at most.
    if (length > 2 * tailLimit) {
      chunks = [Buffer.concat(chunks).subarray(-tailLimit)]
      length = tailLimit
    }
    if (onLine === undefined) return
    const lines = (line + decoder.write(chunk)).split('\n')
    line = lines.pop() ?? ''
    for (const complete of lines) onLine(complete.replace(/\r$/, ''))
    if (line.length > lineLimit) {
      onLine(line)
      line = ''
    }
  })
  stream.once('end', () => {
    const rest = line + decoder.end()
    if (rest !== '') onLine?.(rest)
  })
  return () => Buffer.concat(chunks).subarray(-tailLimit).toString('utf8')
}
