import type { Atom } from './atom.ts'
import type { PackageMetadata } from './metadata.ts'

type Package = Pick<PackageMetadata, 'name' | 'depends' | 'provides' | 'installIf'>

export interface Choice {
  /** The packages that apk chose to install, in its order. */
  readonly closure: readonly Package[]
  /** The packages that are there before. */
  readonly installed: readonly Package[]
  /** What the recipe asks for. */
  readonly asked: readonly Atom[]
}

/**
 * Says why each package of a closure is there: `asked for`; `needed by X`, the first X in install order, those of
 * the closure before those that were there; `install_if a b`, it comes by itself with a and b; or else `chosen by
 * apk`, such as another version of a package that was there.
 *
 * Names alone decide, not versions: apk's choice answers every constraint, also where a version does not parse.
 */
export function explain({ closure, installed, asked }: Choice): Map<string, string> {
  const askedNames = new Set(asked.filter(({ conflict }) => !conflict).map(({ name }) => name))
  const replaced = new Set(closure.map(({ name }) => name))
  const present = [...closure, ...installed.filter(({ name }) => !replaced.has(name))]
  const names = new Set(present.flatMap(namesOf))
  const needs = present.map(({ name, depends }) => ({ name, needed: new Set(depends.map(nameOf)) }))

  const reasonOf = (one: Package): string => {
    const own = namesOf(one)
    if (own.some((name) => askedNames.has(name))) return 'asked for'
    const needing = needs.find(
      ({ name, needed }) => name !== one.name && own.some((each) => needed.has(each)),
    )
    if (needing !== undefined) return `needed by ${needing.name}`
    const conditions = one.installIf.filter((atom) => !atom.startsWith('!')).map(nameOf)
    if (conditions.length > 0 && conditions.every((name) => names.has(name))) {
      return `install_if ${conditions.join(' ')}`
    }
    return 'chosen by apk'
  }
  return new Map(closure.map((one) => [one.name, reasonOf(one)]))
}

/** What a package answers to. */
function namesOf({ name, provides }: Package): string[] {
  return [name, ...provides.map(nameOf)]
}

/** The name that an atom is about; that of a conflict keeps its `!`, and so equals no package's. */
export function nameOf(atom: string): string {
  return atom.replace(/[<>=~].*/s, '')
}
