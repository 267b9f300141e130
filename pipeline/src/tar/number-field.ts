/**
 * Reads a numeric header field: octal text (POSIX), or base-256 where the high bit of the first byte is set
 * (GNU; two's complement). Undefined when it is neither, or beyond what a JavaScript number holds exactly.
 */
export function parseNumber(field: Buffer): number | undefined {
  const first = field[0] as number
  if (first === 0x80 || first === 0xff) return parseBase256(field)
  const digits = /^ *([0-7]+)[ \0]*$/.exec(field.toString('latin1'))?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 8)
}

function parseBase256(field: Buffer): number | undefined {
  const bits = BigInt(`0x${field.toString('hex', 1)}`)
  const number = Number(field[0] === 0xff ? bits - (1n << BigInt(8 * (field.length - 1))) : bits)
  return Number.isSafeInteger(number) ? number : undefined
}
