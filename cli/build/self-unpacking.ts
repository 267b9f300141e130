import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { createGzip } from 'node:zlib'
import { hashFile } from '../src/releases/hash-file.ts'

export interface SelfUnpackingOptions {
  /** Of the program, and what its unpacked file begins with: programs of that name take each other's place. */
  readonly name: string
  readonly version: string
  /** As `uname -m` has it. */
  readonly machine: string
  /** Of glibc, for this machine. */
  readonly loader: string
}

/** `unpack.sh` takes what comes after that many bytes for the program. */
const scriptBytes = 4096

/**
 * A program for Linux as a script of the shell with the packed program behind it, in chunks. On a system without glibc
 * an ELF file cannot say what it lacks (the shell says "not found"), and a script can.
 * @param program the path of the program
 */
export async function* selfUnpacking(
  program: string,
  { name, version, machine, loader }: SelfUnpackingOptions,
): AsyncGenerator<Uint8Array> {
  const hashed = await hashFile(program)
  if (hashed === undefined) throw new Error(`${program} is missing`)
  const text = await readFile(join(import.meta.dirname, 'unpack.sh'), 'utf8')
  const values = { name, version: `${version}-${hashed.sha256.slice(0, 12)}`, machine, loader }
  const script = Buffer.from(
    Object.entries(values).reduce((all, [key, value]) => all.replaceAll(`@${key}@`, value), text),
  )
  if (script.length > scriptBytes) throw new Error(`the script has ${script.length} bytes`)
  yield Buffer.concat([script, Buffer.alloc(scriptBytes - script.length, '\n')])
  // Whoever reads the end of it is told the errors of all.
  yield* pipeline(createReadStream(program, { highWaterMark: 1 << 20 }), createGzip(), () => {})
}
