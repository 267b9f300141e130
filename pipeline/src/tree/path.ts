import { PipelineError } from '../errors.ts'
import type { TreePath } from './entry.ts'

/** PATH_MAX without its NUL: Linux opens no longer path and stores no longer symbolic link. */
export const longestPath = 4095

/** Components of 1 to 255 bytes (NAME_MAX), none of them `.` or `..`. */
const components = /^(?!\/)(?:(?:^|\/)(?!\.{1,2}(?:\/|$))[^/]{1,255})+$/

/** Text as a byte string: its UTF-8 bytes, one UTF-16 unit each (see `TreePath`). */
export function byteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** Whether a byte string is a path of a tree: '' or a relative, plain path that a Linux file system can hold. */
export function isTreePath(bytes: string): bytes is TreePath {
  return bytes === '' || (bytes.length <= longestPath && !bytes.includes('\0') && components.test(bytes))
}

/**
 * The path of a tree for text as people write it, with or without the leading slash: `/etc/motd`, `etc/motd`.
 * @throws PipelineError `RECIPE_INVALID` for a path with empty, `.` or `..` components, a NUL, or one too long.
 */
export function treePath(text: string): TreePath {
  const path = byteString(text.startsWith('/') ? text.slice(1) : text)
  if (isTreePath(path)) return path
  const shown = displayPath(byteString(text))
  throw new PipelineError('RECIPE_INVALID', `"${shown}" is not a path in a root filesystem`, {
    hint: 'Write the path out, without "." or "..", empty parts or a slash at the end.',
  })
}

/** The directory that holds `path`; the root ('') is its own parent. */
export function parentPath(path: TreePath): TreePath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/'))) as TreePath
}

/** The last component of `path`; '' for the root. */
export function baseName(path: TreePath): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `name`, one component, inside `directory`. */
export function childPath(directory: TreePath, name: string): TreePath {
  return (directory === '' ? name : `${directory}/${name}`) as TreePath
}

/** The directories above `path`, outermost first, without the root: `a`, `a/b` for `a/b/c`. */
export function* ancestorPaths(path: TreePath): Generator<TreePath> {
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    yield path.slice(0, slash) as TreePath
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A byte string for people: decoded as UTF-8, or with its non-ASCII bytes as `\xNN` where it is not UTF-8.
 * Control, formatting (bidirectional) and line-separating characters are escaped, so that a name in an
 * archive can neither move the cursor nor reorder a line. The root, '', is shown as `/`.
 */
export function displayPath(bytes: string): string {
  if (bytes === '') return '/'
  return decode(bytes).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeCharacter)
}

function decode(bytes: string): string {
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return bytes.replace(/[\x80-\xff]/g, escapeCharacter)
  }
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`
}
