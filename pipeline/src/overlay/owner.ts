import { PipelineError } from '../errors.ts'
import { type Accounts, records } from './accounts.ts'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * Turns `user:group`, by names or by numbers, into numbers; undefined stands for root.
 * The returned function throws PipelineError `RECIPE_INVALID` for a name that the image does not know.
 */
export function ownerResolver(accounts: Accounts): (owner: string | undefined) => Owner {
  const users = numbersByName(accounts.passwd)
  const groups = numbersByName(accounts.group)
  return (owner = '0:0') => {
    const [user = '', group = ''] = owner.split(':')
    return { uid: numberOf(user, users, 'user'), gid: numberOf(group, groups, 'group') }
  }
}

function numbersByName(text: string): Map<string, number> {
  const numbers = records(text).flatMap(([name = '', , number = '']): [string, number][] =>
    /^\d+$/.test(number) ? [[name, Number(number)]] : [],
  )
  // Of two lines of one name the first counts, as for the C library.
  return new Map(numbers.toReversed())
}

function numberOf(text: string, known: ReadonlyMap<string, number>, kind: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : known.get(text)
  if (number !== undefined) return number
  throw new PipelineError(
    'RECIPE_INVALID',
    `the image has no ${kind} '${text}', which the recipe names as an owner`,
    {
      hint: 'Add it to `users`, install the package that makes it, or use a number.',
    },
  )
}
