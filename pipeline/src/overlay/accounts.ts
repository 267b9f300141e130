import { PipelineError } from '../errors.ts'

/** The text of the three account files (passwd(5), group(5), shadow(5)). */
export interface Accounts {
  readonly passwd: string
  readonly group: string
  readonly shadow: string
}

export interface User {
  readonly name: string
  readonly uid: number
  /** The primary group's number; a group of the user's name is made where none has it. Default: the uid. */
  readonly gid?: number | undefined
  readonly home?: string | undefined
  readonly shell?: string | undefined
  /** Names of further groups, which must exist. */
  readonly groups?: readonly string[] | undefined
}

/**
 * Gives a user a login shell.
 * @throws PipelineError `RECIPE_INVALID` when there is no such user.
 */
export function setShell(accounts: Accounts, user: string, shell: string): Accounts {
  let found = false
  const passwd = mapRecords(accounts.passwd, (fields) => {
    if (fields[0] !== user) return fields
    found = true
    return fields.with(6, shell)
  })
  if (!found)
    throw new PipelineError('RECIPE_INVALID', `the image has no user '${user}' whose shell could be set`, {
      hint: 'Add the user to `users`, or install the package that makes it.',
    })
  return { ...accounts, passwd }
}

/**
 * Adds a user without a password (locked: `!`), its group, and its memberships.
 * @throws PipelineError `RECIPE_INVALID` when the user's or its group's name or number is taken, or a group does
 *   not exist.
 */
export function addUser(accounts: Accounts, user: User, day: number): Accounts {
  const { name, uid, gid = uid, home = `/home/${name}`, shell = '/bin/sh', groups = [] } = user
  const users = records(accounts.passwd)
  const taken = users.find((fields) => fields[0] === name || Number(fields[2]) === uid)
  if (taken !== undefined) {
    throw new PipelineError(
      'RECIPE_INVALID',
      `user '${name}' (${uid}) clashes with '${taken[0]}' of the packages`,
      {
        hint: 'Choose another name and uid in `users`.',
      },
    )
  }
  const known = records(accounts.group)
  const missing = groups.find((group) => !known.some((fields) => fields[0] === group))
  if (missing !== undefined) {
    throw new PipelineError(
      'RECIPE_INVALID',
      `user '${name}' is to join '${missing}', a group that no package makes`,
      {
        hint: 'Correct `groups`, or install the package that makes the group.',
      },
    )
  }
  const hasGroup = known.some((fields) => Number(fields[2]) === gid)
  if (!hasGroup && known.some((fields) => fields[0] === name)) {
    throw new PipelineError(
      'RECIPE_INVALID',
      `user '${name}' needs a group ${gid}, and '${name}' is another one`,
      {
        hint: 'Set `gid` to the number of a group that exists.',
      },
    )
  }
  const joined = mapRecords(accounts.group, (fields) => {
    if (!groups.includes(fields[0] ?? '')) return fields
    const members = (fields[3] ?? '').split(',').filter(Boolean)
    return [...fields.slice(0, 3), [...members, name].join(',')]
  })
  return {
    passwd: withLine(accounts.passwd, `${name}:x:${uid}:${gid}::${home}:${shell}`),
    group: hasGroup ? joined : withLine(joined, `${name}:x:${gid}:`),
    shadow: withLine(accounts.shadow, `${name}:!:${day}:0:99999:7:::`),
  }
}

/**
 * The shadow file with every "last changed" day set to `day`. Package scripts call `adduser`, which writes the
 * day of the build there; two builds on different days must not differ.
 */
export function fixPasswordDays(shadow: string, day: number): string {
  return mapRecords(shadow, (fields) => (Number(fields[2]) > 0 ? fields.with(2, String(day)) : fields))
}

/** The non-empty lines of an account file, split at the colons. */
export function records(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'))
}

function withLine(text: string, line: string): string {
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`
}

function mapRecords(text: string, change: (fields: string[]) => string[]): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : change(line.split(':')).join(':')))
    .join('\n')
}
