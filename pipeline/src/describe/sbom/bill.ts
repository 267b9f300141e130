import type { Sha256 } from '../../digest.ts'

/** Everything that a rootfs consists of, whichever format tells it. */
export interface Bill {
  /** Seconds since 1970. */
  readonly sourceDate: number
  readonly root: Component
  /** By id, without the root. */
  readonly components: readonly Component[]
  /** By their ends. */
  readonly relations: readonly Relation[]
}

/** `from` contains `to`, or needs it to run. */
export interface Relation {
  readonly from: string
  readonly kind: 'contains' | 'needs'
  readonly to: string
}

/** What a component is. */
export type ComponentKind = 'rootfs' | 'base' | 'apk' | 'image' | 'layer' | 'npm' | 'manifest'

export interface Component {
  /** Unique in the bill; of letters, digits, `.` and `-`, as SPDX wants it. */
  readonly id: string
  readonly kind: ComponentKind
  readonly name: string
  readonly version: string
  /** The first is the component's own, others lead to it. */
  readonly purls: readonly string[]
  /** As its author wrote it. */
  readonly license?: string | undefined
  readonly hashes: Hashes
  readonly download?: string | undefined
  readonly homepage?: string | undefined
  readonly description?: string | undefined
  /** The organization that it came from. */
  readonly supplier?: string | undefined
  /** `Name <address>`, as packages have it. */
  readonly maintainer?: string | undefined
  /** What neither format has a field for, by name. */
  readonly facts: Readonly<Record<string, string | number | undefined>>
}

export interface Hashes {
  readonly sha256?: Sha256 | undefined
  /** Lower-case hex. */
  readonly sha512?: string | undefined
}

/** An id of the parts; what may not stand in one becomes its code. */
export function componentId(...parts: readonly string[]): string {
  const codeOf = (character: string) => `-${character.codePointAt(0)?.toString(16)}-`
  return parts.join('-').replace(/[^A-Za-z0-9.-]/gu, codeOf)
}

/** Order of texts by their UTF-16 units, whatever the locale. */
export function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** The facts of a component that are known, by name. */
export function knownFacts({ facts }: Component): [name: string, value: string][] {
  return Object.entries(facts)
    .flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]))
    .toSorted(([one], [other]) => compareTexts(one, other))
}

/** The parts of `Name <address>`; the name alone where there is no address. */
export function parseMaintainer(text: string): { name: string; email: string | undefined } {
  const [, name = text, email] = /^(.*?)\s*<([^<>\s]+@[^<>\s]+)>$/.exec(text.trim()) ?? []
  return { name: name.trim() || (email ?? text), email }
}
