/** What a part of a version is. The order matters: of two versions equal so far, the later kind is the smaller. */
const kind = {
  initialDigit: 0,
  digit: 1,
  letter: 2,
  suffix: 3,
  suffixNumber: 4,
  commitHash: 5,
  revision: 6,
  end: 7,
  invalid: 8,
} as const

interface Token {
  readonly kind: number
  readonly text: string
}

const suffixes = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p']
const noSuffix = suffixes.indexOf('')

/** How a part may go on after a part whose kind is between `first` and `last`. */
const rules = [
  { kind: kind.digit, pattern: /^\.(\d+)/, first: kind.initialDigit, last: kind.digit },
  { kind: kind.letter, pattern: /^([a-z])/, first: kind.initialDigit, last: kind.digit },
  { kind: kind.suffix, pattern: /^_([a-z]+)/, first: kind.initialDigit, last: kind.suffixNumber },
  { kind: kind.suffixNumber, pattern: /^(\d+)/, first: kind.suffix, last: kind.suffix },
  { kind: kind.commitHash, pattern: /^~([0-9a-f]+)/, first: kind.initialDigit, last: kind.suffixNumber },
  { kind: kind.revision, pattern: /^-r(\d+)/, first: kind.initialDigit, last: kind.commitHash },
]

/** Whether apk takes `text` for a version (apk-tools 3 grammar: `1.2.3a_rc1~abc-r4`). */
export function isVersion(text: string): boolean {
  return /^\d+(\.\d+)*[a-z]?(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*(~[0-9a-f]+)?(-r\d+)?$/.test(text)
}

/**
 * Orders two versions as apk-tools 3 does: below 0 when `a` is older, 0 when they are the same.
 * Invalid versions are ordered by their valid part.
 */
export function compareVersions(a: string, b: string): number {
  return compare(a, b, false)
}

/**
 * Whether `version` answers a constraint such as `>=` `1.2`. An operator is any mix of `=`, `<`, `>` and `~`
 * (fuzzy: `1.2.3` answers `~` `1.2`). An absent version, that of a bare `provides`, answers every constraint.
 * @throws Error for `><`, which compares identities and not versions.
 */
export function satisfies(version: string | undefined, operator: string, wanted: string): boolean {
  const fuzzy = operator.includes('~')
  const equal = fuzzy || operator.includes('=')
  const less = operator.includes('<')
  const greater = operator.includes('>')
  if (less && greater && !equal) throw new Error(`${operator} does not compare versions`)
  if (version === undefined) return true
  const order = compare(version, wanted, fuzzy)
  return order === 0 ? equal : order < 0 ? less : greater
}

function compare(a: string, b: string, fuzzy: boolean): number {
  const as = tokenize(a)
  const bs = tokenize(b)
  for (let i = 0; ; i++) {
    const x = as[i]
    const y = bs[i]
    if (x === undefined || y === undefined) return 0
    if (x.kind !== y.kind) return fuzzy && y.kind === kind.end ? 0 : compareKinds(x, y)
    const order = compareValues(x, y)
    if (order !== 0) return order
  }
}

/** A suffix before "none" (`_rc`) makes the side that has it older; otherwise the longer side is newer. */
function compareKinds(x: Token, y: Token): number {
  if (isPreSuffix(x)) return -1
  if (isPreSuffix(y)) return 1
  return y.kind - x.kind
}

function isPreSuffix(token: Token): boolean {
  return token.kind === kind.suffix && suffixes.indexOf(token.text) < noSuffix
}

function compareValues({ kind: kindOfBoth, text: x }: Token, { text: y }: Token): number {
  if (kindOfBoth === kind.suffix) return suffixes.indexOf(x) - suffixes.indexOf(y)
  if (kindOfBoth === kind.letter || kindOfBoth === kind.commitHash) return compareTexts(x, y)
  // A dotted part with a leading zero is a decimal fraction: 4.09 is older than 4.5.
  if (kindOfBoth === kind.digit && (x.startsWith('0') || y.startsWith('0'))) return compareTexts(x, y)
  return compareNumbers(x.replace(/^0+/, ''), y.replace(/^0+/, ''))
}

/** Numbers can have more digits than fit a `number` (dates with times): by length, then by digits. */
function compareNumbers(x: string, y: string): number {
  return x.length - y.length || compareTexts(x, y)
}

function compareTexts(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0
}

function tokenize(version: string): Token[] {
  const initial = /^\d*/.exec(version)?.[0] ?? ''
  if (initial === '') return [{ kind: kind.invalid, text: '' }]
  const tokens: Token[] = [{ kind: kind.initialDigit, text: initial }]
  let rest = version.slice(initial.length)
  let last: number = kind.initialDigit
  while (rest !== '') {
    const rule = rules.find((one) => one.first <= last && last <= one.last && one.pattern.test(rest))
    const [whole, text] = rule?.pattern.exec(rest) ?? []
    if (rule === undefined || whole === undefined || text === undefined || isUnknownSuffix(rule.kind, text)) {
      return [...tokens, { kind: kind.invalid, text: '' }]
    }
    tokens.push({ kind: rule.kind, text })
    rest = rest.slice(whole.length)
    last = rule.kind
  }
  return [...tokens, { kind: kind.end, text: '' }]
}

function isUnknownSuffix(kindOfToken: number, text: string): boolean {
  return kindOfToken === kind.suffix && !suffixes.includes(text)
}
