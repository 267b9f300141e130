import { readContent } from '../contents/read-content.ts'
import { PipelineError } from '../errors.ts'
import { accountEdits } from '../overlay/account-edits.ts'
import type { Accounts } from '../overlay/accounts.ts'
import { copyEdits } from '../overlay/copy-edits.ts'
import { overlayEdits } from '../overlay/overlay-edits.ts'
import { ownerResolver } from '../overlay/owner.ts'
import { treePath } from '../tree/path.ts'
import { resolvePath } from '../tree/resolve.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { step } from './step.ts'

export const overlay = step<Build>({
  name: 'overlay',
  title: 'Lay the recipe’s files and accounts over the packages',
  async run(build) {
    if (build.get('standing').output) return outputStands
    const { recipe, overlay: files } = build.get('recipe')
    const { tree, epoch } = build.get('installed')
    const { accounts, edits } = accountEdits(await readAccounts(build), recipe, { tree, epoch })
    const ownerOf = ownerResolver(accounts)
    const copies = copyEdits(tree, recipe.copies, { ownerOf, epoch })
    const laid = overlayEdits(files, recipe, { ownerOf, epoch })
    build.set('overlay', [...edits, ...copies, ...laid])
    return { done: `${laid.length + copies.length} files, folders and links` }
  },
})

const accountFileLimit = 1024 * 1024

async function readAccounts(build: Build): Promise<Accounts> {
  const { tree, reader } = build.get('installed')
  const read = async (name: string) => {
    const entry = resolvePath(tree, treePath(name))
    if (entry?.type !== 'file') throw new PipelineError('RECIPE_INVALID', `the packages bring no /${name}`)
    return (await readContent(reader, entry, accountFileLimit)).toString('latin1')
  }
  return {
    passwd: await read('etc/passwd'),
    group: await read('etc/group'),
    shadow: await read('etc/shadow'),
  }
}
