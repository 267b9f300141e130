import type { FileEntry } from '../tree/entry.ts'
import { showMode } from './show.ts'

/** What is wrong with a file that root owns, and whose permissions are one of `modes`. */
export function checkAttributes(
  shown: string,
  { mode, uid, gid }: FileEntry,
  modes: readonly number[],
): string[] {
  return [
    ...(modes.includes(mode)
      ? []
      : [`${shown} has mode ${showMode(mode)}, not ${modes.map(showMode).join(' or ')}`]),
    ...(uid === 0 && gid === 0 ? [] : [`${shown} belongs to ${uid}:${gid}`]),
  ]
}
