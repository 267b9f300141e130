import { StringDecoder } from 'node:string_decoder'

/** A longer line is handed on in pieces, so that a program which never ends its line cannot fill the memory. */
const longestLine = 64 * 1024

export interface LineSplitter {
  add(chunk: Uint8Array): void
  /** Hands on an unfinished last line. */
  end(): void
}

/** Calls `onLine` with each line of a stream of UTF-8, without its end (LF or CR LF), as soon as it is whole. */
export function splitLines(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const take = (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.replace(/\r$/, ''))
  }
  const giveRest = () => {
    if (rest !== '') onLine(rest)
    rest = ''
  }
  return {
    add(chunk) {
      take(decoder.write(chunk))
      if (rest.length > longestLine) giveRest()
    },
    end() {
      take(decoder.end())
      giveRest()
    },
  }
}
