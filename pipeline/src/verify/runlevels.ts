import type { TreePath } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'
import { placeOf } from '../tree/place-of.ts'
import { followLinks, resolvePath } from '../tree/resolve.ts'
import type { Rule, VerifyInput } from './rule.ts'
import { showPath } from './show.ts'

const folder = 'etc/runlevels'

/** A service that is in a runlevel by accident, or not at all, shows only when the cluster starts. */
export const runlevels: Rule = {
  name: 'runlevels',
  promise: 'The runlevels hold the services of the recipe and no others, and each is an executable script.',
  check(input) {
    const { tree, services } = input
    const wanted = Object.entries(services).flatMap(([level, names]) =>
      names.map((service) => ({ service, path: runlevelLink(level, service).path })),
    )
    const places = new Set(wanted.map(({ path }) => placeOf(tree, path)))
    const levels = `${followLinks(tree, treePath(folder)) ?? folder}/`
    const extra = [...tree.values()]
      .filter(({ path }) => path.startsWith(levels) && !places.has(path))
      .filter(({ path, type }) => type !== 'directory' || path.includes('/', levels.length))
      .map(({ path }) => `${showPath(path)} is there, but not in the recipe`)
    return [...extra, ...wanted.flatMap((one) => checkService(one, input))]
  },
}

/** The path of a service's place in a runlevel, and what it links to. */
export function runlevelLink(level: string, service: string): { path: TreePath; target: string } {
  return { path: treePath(`${folder}/${level}/${service}`), target: `/etc/init.d/${service}` }
}

function checkService(
  { path, service }: { path: TreePath; service: string },
  { tree }: VerifyInput,
): string[] {
  const script = resolvePath(tree, path)
  if (script === undefined) return [`${showPath(path)} is missing, or leads nowhere`]
  if (script !== resolvePath(tree, treePath(`etc/init.d/${service}`)))
    return [`${showPath(path)} leads to ${showPath(script.path)}, not to /etc/init.d/${service}`]
  return script.type === 'file' && (script.mode & 0o111) !== 0
    ? []
    : [`${showPath(script.path)} is not an executable script`]
}
