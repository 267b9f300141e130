import { findLeftovers } from '../normalise/find-leftovers.ts'
import { ownedPaths } from '../normalise/owned-files.ts'
import { treePath } from '../tree/path.ts'
import { placeOf } from '../tree/place-of.ts'
import { resolvePath } from '../tree/resolve.ts'
import type { Rule } from './rule.ts'
import { showPath } from './show.ts'

/** apk's, editors' and patch's. */
const backup = /\.(apk-new|apk-old|bak|orig|rej|swp)$|~$/

const leftovers: Rule = {
  name: 'leftovers',
  promise: 'No backup, cache, log or trace of the engine is left.',
  needs: 'recipe',
  check({ tree, packages, changed }) {
    const owned = ownedPaths(packages)
    const places = new Set(owned.map((path) => placeOf(tree, path)))
    const backups = [...tree.values()].filter(({ path }) => backup.test(path) && !places.has(path))
    return [...new Set([...findLeftovers(tree, owned), ...backups])]
      .filter(({ path }) => !changed.has(path))
      .map(({ path }) => `${showPath(path)} is a leftover`)
  },
}

const machineId: Rule = {
  name: 'machine-id',
  promise: 'The machine id is empty or absent, so that no two machines share one.',
  check({ tree }) {
    return ['etc/machine-id', 'var/lib/dbus/machine-id'].flatMap((path) => {
      const file = resolvePath(tree, treePath(path))
      return file?.type === 'file' && file.size > 0 ? [`${showPath(path)} is not empty`] : []
    })
  },
}

/** WSL writes it at start, unless one is there; a container runtime mounts its own over it. */
const resolver: Rule = {
  name: 'resolver',
  promise: '/etc/resolv.conf is left to the host.',
  check({ tree }) {
    return tree.has(treePath('etc/resolv.conf')) ? ['/etc/resolv.conf is in the image'] : []
  },
}

const kernel: Rule = {
  name: 'kernel',
  promise: 'No kernel or initial RAM disk is in the image: WSL and containers bring theirs.',
  check({ tree }) {
    return [...tree.keys()]
      .filter((path) => /^(boot|(usr\/)?lib\/modules\/[^/]+)\/(vmlinu[xz]|bzImage|Image|initr)/.test(path))
      .map((path) => `${showPath(path)} is in the image`)
  },
}

export const hygieneRules = [leftovers, machineId, resolver, kernel]
