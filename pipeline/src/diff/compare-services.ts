import { servicesOf } from '../inspect/check-rules.ts'
import type { MemberHeader } from '../tar/member.ts'
import type { TreePath } from '../tree/entry.ts'
import { displayPath } from '../tree/path.ts'
import { asTree } from './scan.ts'
import type { Services } from './schema.ts'

type Members = ReadonlyMap<TreePath, MemberHeader>

/** Which services are in a runlevel of one and not of the other. */
export function compareServices(old: Members, next: Members): Services {
  const [before, after] = [listServices(old), listServices(next)]
  const without = (all: typeof before, others: typeof before) =>
    [...all].filter(([key]) => !others.has(key)).map(([, service]) => service)
  return { enabled: without(after, before), disabled: without(before, after) }
}

function listServices(members: Members): Map<string, Services['enabled'][number]> {
  const services = Object.entries(servicesOf(asTree(members))).flatMap(([runlevel, names]) =>
    names.map((name) => ({ runlevel: displayPath(runlevel), service: displayPath(name) })),
  )
  const keyed = services.map((one) => [`${one.runlevel}/${one.service}`, one] as const)
  return new Map(keyed.sort(([a], [b]) => (a < b ? -1 : 1)))
}
