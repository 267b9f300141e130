import { AgentError } from '../errors.ts'

const fullCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

/** Meanings and what to do, by the code of the system; the rest of the codes are shown as they are. */
const reasons: Readonly<Record<string, { readonly meaning: string; readonly hint: string }>> = {
  EACCES: { meaning: 'permission denied', hint: 'Run this as root.' },
  EPERM: {
    meaning: 'not permitted',
    hint: 'Run this as root, in a privileged container or a virtual machine.',
  },
  EROFS: { meaning: 'the file system is read-only', hint: 'Mount it writable.' },
  EISDIR: { meaning: 'a folder is there', hint: 'Move the folder away.' },
  ENOTDIR: { meaning: 'a part of the path is not a folder', hint: 'Move what is in the way.' },
  ENOENT: {
    meaning: 'it is not there',
    hint: 'Check that the path exists and that its file system is mounted.',
  },
  EEXIST: { meaning: 'something else is there', hint: 'Move what is in the way.' },
  ENOTEMPTY: { meaning: 'the folder is not empty', hint: 'Look at what is in it.' },
  ELOOP: { meaning: 'its links lead in a circle', hint: 'Remove the link.' },
  EBUSY: { meaning: 'it is in use', hint: 'See what is mounted there, or uses it.' },
  EIO: { meaning: 'the device failed', hint: 'Look at the output of dmesg.' },
}

/** The system's code of an error, e.g. `ENOENT`; undefined where it has none. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Makes of an error of `node:fs` one that says what could not be done, e.g. `write`, with what. */
export function fileError(verb: string, path: string, cause: unknown): AgentError {
  if (cause instanceof AgentError) return cause
  const code = systemCode(cause)
  if (code !== undefined && fullCodes.has(code)) {
    return new AgentError('DISK_FULL', `cannot ${verb} ${path}: no space is left (${code})`, {
      hint: `Free some space on the file system of ${path} and run this again.`,
      cause,
    })
  }
  const reason = code === undefined ? undefined : reasons[code]
  const meaning = reason === undefined ? (code ?? String(cause)) : `${reason.meaning} (${code})`
  return new AgentError('FILE_FAILED', `cannot ${verb} ${path}: ${meaning}`, {
    hint: reason?.hint ?? 'Look at the file and its file system.',
    cause,
  })
}
