import { type ApkChecksum, isApkChecksum } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import type { TreePath } from '../tree/entry.ts'
import { type PackageMetadata, parseMetadata, parseNumber } from './metadata.ts'

/** A directory or a file that a package owns. */
export interface InstalledPath {
  readonly path: TreePath
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

export interface InstalledFile extends InstalledPath {
  /** `Q1` and the base64 SHA-1 of the content, or of a symlink's target: the database does not tell them apart. */
  readonly checksum: ApkChecksum | undefined
}

export interface InstalledPackage extends PackageMetadata {
  readonly checksum: ApkChecksum
  /** Bytes of the package file. */
  readonly size: number
  /**
   * What went wrong: `f` files, `s` a script, `x` extended attributes. `S`: checksums are not SHA-1. Those of a
   * package without folders stand with the next package: apk 2 writes them late.
   */
  readonly flags: string
  readonly directories: readonly InstalledPath[]
  readonly files: readonly InstalledFile[]
}

const headerLetters = new Set('CPVASITULomtckDpi')
/** Written late, see `flags`, so that a package may have them twice, and another's. */
const lateLetters = new Set('grqsf')

/**
 * Parses `/lib/apk/db/installed` (apk v2 and v3), in its order.
 * @throws PipelineError `ARCHIVE_INVALID` for anything that it may not hold, naming the line.
 */
export function parseInstalled(bytes: Uint8Array): InstalledPackage[] {
  // Names are byte strings, see `TreePath`.
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  if (lines.pop() !== '') throw invalid('it is cut short', lines.length + 1)
  const packages: InstalledPackage[] = []
  let block = new Block()
  for (const [i, line] of lines.entries()) {
    if (line !== '') block.add(line, i + 1)
    else {
      packages.push(block.finish(i + 1))
      block = new Block()
    }
  }
  if (!block.isEmpty) throw invalid('it is cut short', lines.length)
  return packages
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** The lines of one package. Each file line refers to the lines before it. */
class Block {
  readonly #fields = new Map<string, string>()
  readonly #directories: Writable<InstalledPath>[] = []
  readonly #files: Writable<InstalledFile>[] = []
  /** What an `M:` line, or an `a:` or `Z:` line, belongs to. */
  #directory: Writable<InstalledPath> | undefined
  #file: Writable<InstalledFile> | undefined

  get isEmpty(): boolean {
    return this.#fields.size === 0
  }

  add(line: string, number: number): void {
    const letter = line.slice(0, 1)
    const value = line.slice(2)
    if (line[1] !== ':') throw invalid('not a field', number)
    if (letter === 'F') {
      this.#directory = { path: parsePath(value, number), uid: 0, gid: 0, mode: 0o755 }
      this.#file = undefined
      this.#directories.push(this.#directory)
    } else if (letter === 'M' && this.#directory && !this.#file) {
      Object.assign(this.#directory, parseOwner(value, number))
    } else if (letter === 'R' && this.#directory && value !== '' && !value.includes('/')) {
      const folder = this.#directory.path
      const path = parsePath(folder === '' ? value : `${folder}/${value}`, number)
      this.#file = { path, uid: 0, gid: 0, mode: 0o644, checksum: undefined }
      this.#files.push(this.#file)
    } else if (letter === 'a' && this.#file) {
      Object.assign(this.#file, parseOwner(value, number))
    } else if (letter === 'Z' && this.#file) {
      if (!isApkChecksum(value)) throw invalid('not a checksum', number)
      this.#file.checksum = value
    } else if (headerLetters.has(letter) && !this.#directory && !this.#fields.has(letter)) {
      this.#fields.set(letter, Buffer.from(value, 'latin1').toString())
    } else if (lateLetters.has(letter) && !this.#directory) {
      this.#fields.set(letter, `${this.#fields.get(letter) ?? ''}${value}`)
    } else throw invalid(`a field ${JSON.stringify(letter)} cannot stand here`, number)
  }

  finish(number: number): InstalledPackage {
    const metadata = parseMetadata(this.#fields, databasePath)
    const checksum = this.#fields.get('C') ?? ''
    if (!isApkChecksum(checksum)) throw invalid(`${metadata.name} has no checksum`, number)
    return {
      ...metadata,
      checksum,
      size: parseNumber(this.#fields, 'S', databasePath) ?? 0,
      flags: this.#fields.get('f') ?? '',
      directories: this.#directories,
      files: this.#files,
    }
  }
}

const databasePath = 'lib/apk/db/installed'

/** A path of the rootfs: nothing that could lead out of it. */
function parsePath(text: string, number: number): TreePath {
  const isPath = text === '' || text.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  if (!isPath || text.includes('\0')) throw invalid('not a path inside the root', number)
  return text as TreePath
}

/** `uid:gid:mode`, the mode in octal, and possibly a checksum of extended attributes. */
function parseOwner(text: string, number: number): { uid: number; gid: number; mode: number } {
  const [, uid, gid, mode = ''] = /^(\d+):(\d+):([0-7]{1,4})(?::Q1[A-Za-z0-9+/]{27}=)?$/.exec(text) ?? []
  if (mode === '') throw invalid('not an owner and a mode', number)
  return { uid: Number(uid), gid: Number(gid), mode: Number.parseInt(mode, 8) }
}

function invalid(what: string, number: number): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${databasePath}, line ${number}: ${what}`)
}
