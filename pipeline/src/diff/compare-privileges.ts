import { showPath } from '../verify/show.ts'
import type { Contents, FileFacts } from './contents.ts'
import type { Privilege, Privileges } from './schema.ts'

/**
 * Which files run with more than their caller has, in one and not in the other: as another user or group, or with
 * capabilities. Those of the system come before those in the layers of images.
 */
export function comparePrivileges(old: Contents, next: Contents): Privileges {
  const [before, after] = [privilegesOf(old), privilegesOf(next)]
  const without = (all: typeof before, others: typeof before) =>
    [...all].filter(([key]) => !others.has(key)).map(([, privilege]) => privilege)
  return { gained: without(after, before), lost: without(before, after) }
}

/** By what tells one from another. */
function privilegesOf({ members, at }: Contents): Map<string, Privilege> {
  const found = [...members.keys()].flatMap((path) => {
    const facts = at(path)
    if (facts === undefined) return []
    return kindsOf(facts.state).map(([kind, value]) => {
      const key = JSON.stringify([path, kind, value])
      return [key, { path: showPath(path), owner: facts.owner, kind, value }] as const
    })
  })
  const rank = ({ owner }: Privilege) => (owner === 'images' ? 1 : 0)
  return new Map(found.sort(([a, x], [b, y]) => rank(x) - rank(y) || (a < b ? -1 : 1)))
}

function kindsOf({ type, mode, uid, gid, capabilities }: FileFacts['state']): [Privilege['kind'], string][] {
  if (type !== 'file') return []
  const bits = Number.parseInt(mode, 8)
  return [
    ...((bits & 0o4000) === 0 ? [] : [['setuid', String(uid)] as ['setuid', string]]),
    // Without the right to run it for the group, the bit once meant mandatory locks: it gives nothing.
    ...((bits & 0o2010) === 0o2010 ? [['setgid', String(gid)] as ['setgid', string]] : []),
    ...(capabilities === undefined ? [] : [['capabilities', capabilities] as ['capabilities', string]]),
  ]
}
