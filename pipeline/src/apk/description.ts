import { PipelineError } from '../errors.ts'
import { parseAtom } from './atom.ts'
import type { PackageInfo } from './info.ts'
import { assertScripts, type PackageScripts } from './scripts.ts'
import { isVersion } from './version.ts'

type Given = 'name' | 'version' | 'architecture'
/** What follows from the tree. */
type Found = 'installedSize' | 'dataHash'

/** What the author of a package says of it. Atoms are texts, see `parseAtom`. */
export interface PackageDescription
  extends Pick<PackageInfo, Given>,
    Partial<Omit<PackageInfo, Given | Found | 'buildDate'>> {
  /** Seconds since 1970; no file of the package is newer. */
  readonly buildDate: number
  readonly packager?: string | undefined
  /** What must not be there, without `!`; `depends` may have it too, with it. */
  readonly conflicts?: readonly string[]
  readonly scripts?: PackageScripts
}

type Lists = 'depends' | 'conflicts' | 'provides' | 'replaces' | 'installIf'

/** What each list may hold apart from names: conflicts, and which operators. */
const lists: Readonly<Record<Lists, { readonly conflicts: boolean; readonly operators: RegExp }>> = {
  depends: { conflicts: true, operators: /^/ },
  conflicts: { conflicts: false, operators: /^/ },
  provides: { conflicts: false, operators: /^=?$/ },
  replaces: { conflicts: false, operators: /^(?!><)/ },
  installIf: { conflicts: true, operators: /^(?!><)/ },
}

const texts = ['description', 'url', 'license', 'origin', 'maintainer', 'packager', 'commit'] as const

/** apk keeps priorities in 16 bits, and times have 11 octal digits in a tar. */
const numbers = { buildDate: 8 ** 11 - 1, replacesPriority: 65_535, providerPriority: 65_535 } as const

/**
 * Refuses what apk would refuse, misread or take for something else: `.PKGINFO` and indexes are lines, so that a
 * line break in a field would be another field.
 * @throws PipelineError `PACKAGE_INVALID`.
 */
export function assertDescription(description: PackageDescription): void {
  const { name, version, architecture, triggers = [], scripts = {} } = description
  const refuse = (what: string, text: string): PipelineError =>
    new PipelineError(
      'PACKAGE_INVALID',
      `the package ${JSON.stringify(name)} has ${what} ${JSON.stringify(text)}`,
    )
  // Names and versions become names of files and of scripts in apk's database.
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(name)) throw refuse('a name that is none:', name)
  if (!isVersion(version)) throw refuse('a version that is none:', version)
  if (!/^[A-Za-z0-9_]+$/.test(architecture)) throw refuse('an architecture that is none:', architecture)
  for (const field of texts) {
    const text = description[field] ?? ''
    if (/\p{Cc}/u.test(text) || text !== text.trim()) throw refuse(`a ${field} that is not one line:`, text)
  }
  for (const [field, largest] of Object.entries(numbers)) {
    const value = description[field as keyof typeof numbers] ?? 0
    if (!Number.isInteger(value) || value < 0 || value > largest) throw refuse(`a ${field} of`, String(value))
  }
  for (const [field, rules] of Object.entries(lists)) {
    for (const text of description[field as Lists] ?? []) {
      const atom = parseAtom(text, { tags: false })
      if ('error' in atom) throw refuse(`in its ${field}, ${atom.error}:`, text)
      const { conflict, operator = '' } = atom
      if ((conflict && !rules.conflicts) || !rules.operators.test(operator)) {
        throw refuse(`in its ${field}, what cannot stand there:`, text)
      }
    }
  }
  for (const glob of triggers) {
    if (!/^\/[^\s\p{Cc}]*$/u.test(glob)) throw refuse('a trigger that is not the path of a folder:', glob)
  }
  assertScripts(scripts, triggers, refuse)
}
