import type { TarMember } from '../tar/member.ts'
import { readTar } from '../tar/read-tar.ts'
import { showPath } from '../verify/show.ts'
import { fieldDifference } from './field-difference.ts'
import { firstByte } from './first-byte.ts'

/** An archive, read from its beginning each time it is opened. */
export interface Archive {
  /** What people call it; every message on a damaged one starts with it. */
  readonly label: string
  readonly open: () => AsyncIterable<Uint8Array>
}

/** Where two archives differ first. */
export interface FirstDifference {
  /** The path of the member, absolute; undefined when all members are the same. */
  readonly member: string | undefined
  /** What of it, in words. */
  readonly what: string
}

/**
 * Compares two tars member by member, and says where they differ first; undefined when no byte does. `one` and `other`
 * are called so in the words. Contents are held against each other as they stream by.
 * @throws PipelineError `ARCHIVE_INVALID` when either cannot be read up to there; what opening them throws.
 */
export async function firstDifference(
  one: Archive & { readonly name: string },
  other: Archive & { readonly name: string },
): Promise<FirstDifference | undefined> {
  const [as, bs] = [one, other].map(({ open, label }) => readTar(open(), { label })) as [Members, Members]
  try {
    for (;;) {
      const [a, b] = [next(await as.next()), next(await bs.next())]
      if (a === undefined && b === undefined) break
      const difference = await compareMembers(a, b, [one.name, other.name])
      if (difference !== undefined) return difference
    }
  } finally {
    await Promise.all([as.return(), bs.return()])
  }
  const place = await firstByte(one.open(), other.open())
  if (place === undefined) return undefined
  return {
    member: undefined,
    what: `the members are the same, and are written otherwise from byte ${place} on`,
  }
}

type Members = ReturnType<typeof readTar>

function next({ done, value }: IteratorResult<TarMember, void>): TarMember | undefined {
  return done || value === undefined ? undefined : value
}

type Names = readonly [one: string, other: string]

async function compareMembers(
  a: TarMember | undefined,
  b: TarMember | undefined,
  names: Names,
): Promise<FirstDifference | undefined> {
  if (a === undefined || b === undefined || a.path !== b.path) return absence(a, b, names)
  const member = showPath(a.path)
  const field = fieldDifference(a, b, names)
  if (field !== undefined) return { member, what: field }
  const place = await firstByte(a.content, b.content)
  return place === undefined ? undefined : { member, what: `its content differs from byte ${place} on` }
}

/** Archives are in the order of their paths: what comes first in one is missing in the other. */
function absence(a: TarMember | undefined, b: TarMember | undefined, [one, other]: Names): FirstDifference {
  const isOfA = a !== undefined && (b === undefined || a.path < b.path)
  const path = (isOfA ? a : b)?.path ?? ''
  return {
    member: showPath(path),
    what: `it is in ${isOfA ? one : other}, and not there in ${isOfA ? other : one}`,
  }
}
