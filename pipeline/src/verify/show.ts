import { displayPath } from '../tree/path.ts'

/** A path of a tree for people, absolute. */
export function showPath(path: string): string {
  return path === '' ? '/' : `/${displayPath(path)}`
}

/** Permissions for people, as `chmod` takes them. */
export function showMode(mode: number): string {
  return mode.toString(8)
}
