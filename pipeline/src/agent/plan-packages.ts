import type { PackageDescription } from '../apk/description.ts'
import { PipelineError } from '../errors.ts'
import type { Entry, Tree, TreePath } from '../tree/entry.ts'
import { ancestorPaths, treePath } from '../tree/path.ts'
import type { AgentDescription } from './description.ts'

/** A package that is still to be written. */
export interface PlannedPackage {
  readonly description: PackageDescription
  readonly tree: Tree
}

/**
 * Divides the agent's files among its packages: each subpackage has what it names, the package itself the rest.
 * `entries` are files and links; the folders above them come by themselves.
 * @throws PipelineError `PACKAGE_INVALID` when a subpackage names what is not there.
 */
export function planPackages(
  agent: AgentDescription,
  version: string,
  entries: readonly Entry[],
): PlannedPackage[] {
  const { name, url, license, architecture, date: buildDate } = agent
  const common = { version, url, license, architecture, buildDate, origin: name }
  const rest = new Set(entries)
  const subpackages = agent.subpackages.map((one): PlannedPackage => {
    const own = one.files.flatMap((path) => {
      const found = [...rest].filter((entry) => isBelow(entry.path, treePath(path)))
      for (const entry of found) rest.delete(entry)
      if (found.length > 0) return found
      throw new PipelineError('PACKAGE_INVALID', `${one.name} is to have ${path}, which no package brings`, {
        hint: 'Correct `files` of the subpackage, or add the file to agent/apk/files.',
      })
    })
    const installIf = [...one.with, `${name}=${version}`]
    const description = { ...common, name: one.name, description: one.description, installIf }
    return { description, tree: withFolders(own, buildDate) }
  })
  const description = { ...common, name, description: agent.description, depends: agent.depends }
  return [{ description, tree: withFolders([...rest], buildDate) }, ...subpackages]
}

function isBelow(path: TreePath, folder: TreePath): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function withFolders(entries: readonly Entry[], mtime: number): Tree {
  const tree = new Map<TreePath, Entry>()
  for (const entry of entries) {
    for (const path of ancestorPaths(entry.path))
      tree.set(path, { type: 'directory', path, mode: 0o755, uid: 0, gid: 0, mtime })
    tree.set(entry.path, entry)
  }
  return tree
}
