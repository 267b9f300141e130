const bom = '\ufeff'

/**
 * What wsl.exe itself wrote, as lines that end in `\n`. It is UTF-16LE where the build is too old for WSL_UTF8, and
 * what bsdtar adds is UTF-8 always. Only for all bytes of a stream at once.
 */
export function decodeOutput(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString(isUtf16(buffer) ? 'utf16le' : 'utf8')
  return (text.startsWith(bom) ? text.slice(1) : text).replaceAll('\r', '').replaceAll('\0', '')
}

/** What a program inside wrote, as lines without control characters; one empty line where it wrote nothing. */
export function linesOf(...streams: readonly Uint8Array[]): string[] {
  const text = streams.map((bytes) => Buffer.from(bytes).toString('utf8')).join('')
  return text
    .replace(/[^\P{Cc}\n]/gu, '')
    .trim()
    .split('\n')
}

/** UTF-8 has no NUL; in UTF-16LE each Latin letter and line end has one, behind itself. */
function isUtf16(bytes: Buffer): boolean {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) return true
  let [odd, even] = [0, 0]
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) {
    if (at % 2 === 1) odd++
    else even++
  }
  return odd > even
}

/**
 * The last part of the path of contexts that wsl.exe prints with an error, such as `WSL_E_DISTRO_NOT_FOUND` or
 * `0x80070050`. It is not localised, and found in either encoding, whatever else is in the same stream.
 */
export function errorCodeIn(...streams: readonly Uint8Array[]): string | undefined {
  const text = streams.map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\0', '')).join('\n')
  const paths = [...text.matchAll(/\b(?:Wsl|Wslg|Bash|WslConfig)(?:\/[A-Za-z0-9_?()]+)+/g)]
  return paths.at(-1)?.[0].split('/').at(-1)
}
