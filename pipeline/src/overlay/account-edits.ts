import type { Recipe } from '../recipe/schema.ts'
import type { Edit } from '../tree/apply-edits.ts'
import type { Tree } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'
import { entryAt } from '../tree/place-of.ts'
import { type Accounts, addUser, fixPasswordDays, setShell } from './accounts.ts'

const secondsPerDay = 86_400

/** What the running system mounts over; users whose home is there, such as /dev/null, have none. */
const isMountContent = /^\/(dev|proc|run|sys|tmp)\//

/**
 * The account files with the recipe's users and shells, and the edits that write them and make the homes. A home
 * that is there stays as it is, as with `adduser`: it may be another's, such as /var/empty.
 */
export function accountEdits(
  found: Accounts,
  { users, root }: Pick<Recipe, 'users' | 'root'>,
  { tree, epoch }: { tree: Tree; epoch: number },
): { accounts: Accounts; edits: Edit[] } {
  const day = Math.floor(epoch / secondsPerDay)
  let accounts: Accounts = { ...found, shadow: fixPasswordDays(found.shadow, day) }
  for (const user of users) accounts = addUser(accounts, user, day)
  if (root.shell !== undefined) accounts = setShell(accounts, 'root', root.shell)

  const missing = users.filter(
    ({ home }) => !isMountContent.test(home) && entryAt(tree, treePath(home)) === undefined,
  )
  const homes = missing.map(({ home, uid, gid }): Edit => {
    const owned = { uid, gid, mode: 0o755, mtime: epoch }
    return { type: 'put', entry: { type: 'directory', path: treePath(home), ...owned } }
  })
  const files = (['passwd', 'group', 'shadow'] as const)
    .filter((name) => accounts[name] !== found[name])
    .map((name): Edit => {
      const bytes = Buffer.from(accounts[name], 'latin1')
      return { type: 'content', path: treePath(`etc/${name}`), size: bytes.length, content: { bytes } }
    })
  return { accounts, edits: [...files, ...homes] }
}
