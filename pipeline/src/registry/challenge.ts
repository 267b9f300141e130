/** What a registry asks for before it gives anything. */
export type Challenge =
  | {
      readonly type: 'bearer'
      /** Where tokens are given, as the registry says. */
      readonly realm: string
      readonly service: string | undefined
      readonly scope: string | undefined
    }
  | { readonly type: 'basic' }

const name = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const value = /[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~0-9A-Za-z:/-]+))(?=[ \t]*(?:,|$))/y
const upToComma = /[^,]*/y
const between = /[ \t,]*/y

/**
 * The challenge to meet among those in a WWW-Authenticate header (RFC 9110, section 11.6.1;
 * https://distribution.github.io/distribution/spec/auth/token/): the first Bearer with a realm, else Basic. What cannot be read is passed over.
 */
export function parseChallenge(header: string): Challenge | undefined {
  const challenges = parseAll(header)
  for (const { scheme, parameters } of challenges) {
    const realm = parameters.get('realm')
    if (scheme !== 'bearer' || realm === undefined) continue
    return { type: 'bearer', realm, service: parameters.get('service'), scope: parameters.get('scope') }
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { type: 'basic' } : undefined
}

interface Parsed {
  readonly scheme: string
  readonly parameters: Map<string, string>
}

/** A word with a value belongs to the challenge that the last word without one began. */
function parseAll(header: string): Parsed[] {
  const challenges: Parsed[] = []
  let position = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = position
    const found = pattern.exec(header) ?? undefined
    position += found?.[0].length ?? 0
    return found
  }
  for (take(between); position < header.length; take(between)) {
    const word = take(name)?.[0].toLowerCase()
    const given = word === undefined ? undefined : take(value)
    if (word !== undefined && given !== undefined) {
      const parameters = challenges.at(-1)?.parameters
      if (parameters?.has(word) === false)
        parameters.set(word, given[1]?.replace(/\\(.)/g, '$1') ?? given[2] ?? '')
    } else if (word !== undefined && /[ \t,]/.test(header[position] ?? ',')) {
      challenges.push({ scheme: word, parameters: new Map() })
    } else {
      take(upToComma)
    }
  }
  return challenges
}
