import { appendFileSync, fstatSync, renameSync, type Stats, statSync } from 'node:fs'

/** Bytes; a longer one begins anew, and the one before is kept. */
const longest = 4 * 1024 * 1024

/**
 * Appends to the log of all runs, which whoever asks later reads. Not where standard error (`descriptor`) goes there
 * already, as that of a service does. A log that cannot be written keeps nobody from working.
 */
export function openLogFile(path: string, descriptor = 2): (text: string) => void {
  let isOpen: boolean | undefined
  return (text) => {
    try {
      isOpen ??= begin(path, descriptor)
      if (isOpen) appendFileSync(path, text, { mode: 0o640 })
    } catch {
      isOpen = false
    }
  }
}

function begin(path: string, descriptor: number): boolean {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there === undefined) return true
  if (isSame(there, fstatSync(descriptor))) return false
  if (there.size > longest) renameSync(path, `${path}.1`)
  return true
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino
}
