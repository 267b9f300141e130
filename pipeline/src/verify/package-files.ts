import type { InstalledFile, InstalledPath } from '../apk/installed.ts'
import { checksumOf } from '../normalise/checksum-of.ts'
import { records } from '../overlay/accounts.ts'
import type { TreePath } from '../tree/entry.ts'
import { placeOf } from '../tree/place-of.ts'
import { followLinks } from '../tree/resolve.ts'
import { readText } from './read-text.ts'
import type { Rule, VerifyInput } from './rule.ts'
import { showMode, showPath } from './show.ts'

/**
 * Package scripts add users, groups and shells to them: `adduser`, `addgroup` and `add-shell` are how a package
 * says what it needs. The rule `accounts` looks after them.
 */
const accountFiles = new Set(['etc/passwd', 'etc/group', 'etc/shadow', 'etc/shells'])

/**
 * What the system mounts over when it starts. Alpine's own minirootfs leaves out `/dev/pts` and `/dev/shm`, and
 * its `/proc` is 555, as the kernel's is.
 */
const isMounted = /^(dev|proc|run|sys)$/
const isMountContent = /^(dev|proc|run|sys|tmp)\/./

type OfPackage<T> = T & { readonly name: string }

/** What `apk audit --system` asks, held against the bytes that are about to be packed. */
export const packageFiles: Rule = {
  name: 'package-files',
  promise: 'Every file and folder of a package is as the package brought it, unless the recipe changed it.',
  needs: 'recipe',
  async check(input) {
    const { packages, tree } = input
    // `adduser` counts from 100; below are the users of the base, whose homes are folders such as /bin.
    const users = records(await readText(input, 'etc/passwd')).filter(([, , uid]) => Number(uid) >= 100)
    const homes = new Set(users.map(([, , uid, , , home]) => `${uid} ${home}`))
    const folders = packages.flatMap(({ name, directories }) => directories.map((one) => ({ ...one, name })))
    const files = packages.flatMap(({ name, files }) => files.map((one) => ({ ...one, name })))
    return [
      ...packages
        .filter(({ flags }) => /[fsx]/.test(flags))
        .map(({ name, flags }) => `apk says of ${name} that its installation failed (${flags})`),
      // Packages share folders: with `lib -> usr/lib`, those at `lib` and at `usr/lib` are one.
      ...[...Map.groupBy(folders, ({ path }) => followLinks(tree, path) ?? path)].flatMap(([place, claims]) =>
        checkFolder(place, claims, { ...input, homes }),
      ),
      ...files.flatMap((file) => checkFile(file, input)),
    ]
  },
}

/**
 * Where packages disagree on mode and owner of a folder, apk gives it those of one of them; one that `adduser` made
 * before, as the home of the package's user, stays that user's. `homes` has `uid home` of such users.
 */
function checkFolder(
  place: TreePath,
  claims: readonly OfPackage<InstalledPath>[],
  { tree, changed, homes }: VerifyInput & { homes: ReadonlySet<string> },
): string[] {
  const entry = tree.get(place)
  if (entry === undefined && isMountContent.test(place)) return []
  if (place === '' || [place, ...claims.map(({ path }) => path)].some((path) => changed.has(path))) return []
  const shown = `${showPath(place)} of ${[...new Set(claims.map(({ name }) => name))].join(', ')}`
  if (entry?.type !== 'directory') return [`${shown} is ${entry === undefined ? 'missing' : 'no folder'}`]
  const found = attributes(entry)
  const allowed = new Set(claims.map(attributes))
  return allowed.has(found) || isMounted.test(place) || homes.has(`${entry.uid} /${place}`)
    ? []
    : [`${shown} is ${found}, not ${[...allowed].join(' or ')}`]
}

function checkFile(file: OfPackage<InstalledFile>, input: VerifyInput): string[] {
  const { tree, changed } = input
  const place = placeOf(tree, file.path) ?? file.path
  if (changed.has(file.path) || changed.has(place) || accountFiles.has(file.path)) return []
  const entry = tree.get(place)
  const shown = `${showPath(file.path)} of ${file.name}`
  if (entry === undefined) return [`${shown} is missing`]
  const findings: string[] = []
  if (file.checksum !== undefined && checksumOf(entry, input) !== file.checksum)
    findings.push(`${shown} is changed`)
  // The database has mode 777 for every symbolic link.
  const found = attributes(entry.type === 'symlink' ? { ...entry, mode: file.mode } : entry)
  if (found !== attributes(file)) findings.push(`${shown} is ${found}, not ${attributes(file)}`)
  return findings
}

function attributes({ uid, gid, mode }: Pick<InstalledPath, 'uid' | 'gid' | 'mode'>): string {
  return `${uid}:${gid} ${showMode(mode)}`
}
