/** The header before each piece of output: a number for the stream, three zeroes, the length. */
const headerLength = 8

export type OutputStream = 'stdout' | 'stderr'

/**
 * Takes apart the one stream in which a daemon sends both streams of a program without a terminal. The function that
 * it returns takes the chunks as they come; pieces are handed on as soon as they are there, whole or not.
 */
export function demultiplex(
  onPiece: (piece: Uint8Array, stream: OutputStream) => void,
): (chunk: Uint8Array) => void {
  let header = Buffer.alloc(0)
  let left = 0
  let stream: OutputStream = 'stdout'

  return (chunk) => {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    while (rest.length > 0) {
      if (left === 0) {
        const missing = headerLength - header.length
        header = Buffer.concat([header, rest.subarray(0, missing)])
        rest = rest.subarray(missing)
        if (header.length < headerLength) return
        stream = header[0] === 2 ? 'stderr' : 'stdout'
        left = header.readUInt32BE(4)
        header = Buffer.alloc(0)
        continue
      }
      const piece = rest.subarray(0, left)
      rest = rest.subarray(left)
      left -= piece.length
      onPiece(piece, stream)
    }
  }
}
