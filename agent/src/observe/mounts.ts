/** A mount, of a line of /proc/self/mountinfo; see proc_pid_mountinfo(5). */
export interface Mount {
  readonly point: string
  /** e.g. `shared:1`. */
  readonly propagation: readonly string[]
  readonly type: string
  /** Of the file system itself, e.g. the controllers of a version 1 hierarchy. */
  readonly superOptions: readonly string[]
}

/** In the order in which they were mounted, as seen from this process's root. Damaged lines are left out. */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ')
    const separator = fields.indexOf('-', 6)
    const [point, type, superOptions] = [fields[4], fields[separator + 1], fields[separator + 3]]
    if (separator === -1 || point === undefined || type === undefined) return []
    return [
      {
        point: unescapeOctal(point),
        propagation: fields.slice(6, separator),
        type,
        superOptions: superOptions?.split(',') ?? [],
      },
    ]
  })
}

/** Blank, tab, line end and backslash are written as `\040` and so on. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
