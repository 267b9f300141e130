import { records } from '../overlay/accounts.ts'
import { fileOf } from '../tree/file-of.ts'
import { displayPath, isTreePath, treePath } from '../tree/path.ts'
import { entryAt } from '../tree/place-of.ts'
import { resolvePath } from '../tree/resolve.ts'
import { readText } from './read-text.ts'
import type { Rule, VerifyInput } from './rule.ts'
import { showMode } from './show.ts'

/** As Microsoft's distribution validator has it, which follows no links here; shadow's group may be any. */
const accountFiles = [
  { path: '/etc/passwd', modes: [0o644], gid: 0 },
  { path: '/etc/group', modes: [0o644], gid: 0 },
  { path: '/etc/shadow', modes: [0o640, 0o600, 0], gid: undefined },
]

const accounts: Rule = {
  name: 'accounts',
  promise: 'uid 0 is root and only root, no name or uid is there twice, and the account files are safe.',
  async check(input) {
    const findings = accountFiles.flatMap((file) => checkAccountFile(file, input))
    const seen = new Map<string | number, string>()
    for (const fields of records(await readText(input, 'etc/passwd'))) {
      const [name = '', , uid = ''] = fields
      if (fields.length !== 7 || !/^\d+$/.test(uid)) {
        findings.push(`"${displayPath(fields.join(':'))}" in /etc/passwd is no account`)
        continue
      }
      // As a number: 00 is root too.
      for (const key of [name, Number(uid)]) {
        if (!seen.has(key)) seen.set(key, name)
        else
          findings.push(
            `${key} in /etc/passwd is both ${displayPath(seen.get(key) ?? '')} and ${displayPath(name)}`,
          )
      }
    }
    if (seen.get(0) !== 'root') findings.push('uid 0 is not root')
    return findings
  },
}

/** The second field where nobody gets in with a password: a reference to shadow, or what no password hashes to. */
const withoutPassword = { passwd: /^[x!*]+$/, group: /^[x!*]*$/, shadow: /^[!*]+$/ }

const passwords: Rule = {
  name: 'passwords',
  promise: 'No account has a password, or can be entered without one.',
  async check(input) {
    const findings: string[] = []
    for (const [file, allowed] of Object.entries(withoutPassword)) {
      for (const [name = '', password = ''] of records(await readText(input, `etc/${file}`))) {
        if (!allowed.test(password))
          findings.push(`${displayPath(name)} has a password, or an empty one, in /etc/${file}`)
      }
    }
    return findings
  },
}

const loginShells: Rule = {
  name: 'login-shells',
  promise: 'The login shells of root and of people are programs of the image.',
  async check(input) {
    const people = records(await readText(input, 'etc/passwd')).filter(
      ([, , uid]) => Number(uid) === 0 || (Number(uid) >= 1000 && Number(uid) < 65534),
    )
    return people.flatMap(([name = '', , , , , , shell = '']) => {
      const path = shell.slice(1)
      const program = shell.startsWith('/') && isTreePath(path) ? resolvePath(input.tree, path) : undefined
      if (program?.type === 'file' && (program.mode & 0o111) !== 0) return []
      const problem = shell === '' ? 'no shell' : `the shell "${displayPath(shell)}", which is no program`
      return [`${displayPath(name)} has ${problem}`]
    })
  },
}

export const accountRules = [accounts, passwords, loginShells]

function checkAccountFile(
  { path, modes, gid }: (typeof accountFiles)[number],
  { tree }: VerifyInput,
): string[] {
  const file = fileOf(tree, entryAt(tree, treePath(path)))
  if (file === undefined) return [`${path} is not there, or not a file`]
  const findings = modes.includes(file.mode) ? [] : [`${path} has mode ${showMode(file.mode)}`]
  if (file.uid !== 0 || (gid !== undefined && file.gid !== gid))
    findings.push(`${path} belongs to ${file.uid}:${file.gid}`)
  return findings
}
