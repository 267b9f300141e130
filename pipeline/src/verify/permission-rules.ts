import { fileOf } from '../tree/file-of.ts'
import { treePath } from '../tree/path.ts'
import { entryAt } from '../tree/place-of.ts'
import type { Rule } from './rule.ts'
import { showMode, showPath } from './show.ts'

const setuid: Rule = {
  name: 'setuid',
  promise: 'Only the programs that the recipe lists run with their owner’s or group’s rights.',
  needs: 'recipe',
  check({ tree, setuid: allowed }) {
    // A link of that name is not followed: to allow `/bin/su` must not allow the busybox that it leads to.
    const programs = new Set([...allowed].map((path) => fileOf(tree, entryAt(tree, treePath(path)))))
    return [...tree.values()]
      .filter(({ type, mode }) => (type === 'file' || type === 'hardlink') && (mode & 0o6000) !== 0)
      .filter((entry) => !programs.has(fileOf(tree, entry)))
      .map(({ path, mode }) => `${showPath(path)} has mode ${showMode(mode)} and is not in policy.setuid`)
  },
}

const worldWritable: Rule = {
  name: 'world-writable',
  promise: 'Nothing can be written by everyone, but folders with the sticky bit.',
  check({ tree }) {
    return [...tree.values()]
      .filter(({ type, mode }) => type !== 'symlink' && (mode & 0o002) !== 0)
      .filter(({ type, mode }) => type !== 'directory' || (mode & 0o1000) === 0)
      .map(({ path, mode }) => `${showPath(path)} has mode ${showMode(mode)}`)
  },
}

export const permissionRules = [setuid, worldWritable]
