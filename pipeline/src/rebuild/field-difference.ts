import { isDeepStrictEqual } from 'node:util'
import type { MemberHeader } from '../tar/member.ts'
import { displayPath } from '../tree/path.ts'

/** The first field in which two headers of one path differ, and what each has there; undefined when none does. */
export function fieldDifference(
  a: MemberHeader,
  b: MemberHeader,
  [one, other]: readonly [one: string, other: string],
): string | undefined {
  const [x, y] = [fieldsOf(a), fieldsOf(b)]
  const name = Object.keys({ ...x, ...y }).find((field) => !isDeepStrictEqual(x[field], y[field]))
  if (name === undefined) return undefined
  return `its ${name} is ${x[name] ?? 'none'} in ${one}, and ${y[name] ?? 'none'} in ${other}`
}

/** In words, those that differ for a reason before those that follow from it. */
function fieldsOf(header: MemberHeader): Record<string, string> {
  const { type, mode, uid, gid, mtime, xattrs } = header
  const attributes = [...(xattrs ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    type,
    mode: mode.toString(8),
    owner: `${uid}:${gid}`,
    ...('target' in header && { target: displayPath(header.target) }),
    ...('major' in header && { 'device number': `${header.major}:${header.minor}` }),
    ...(type === 'file' && { size: `${header.size} bytes` }),
    ...Object.fromEntries(
      attributes.map(([key, value]) => [
        `extended attribute ${displayPath(key)}`,
        `0x${Buffer.from(value).toString('hex')}`,
      ]),
    ),
    time: new Date(mtime * 1000).toISOString(),
  }
}
