import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const workspaces = join(import.meta.dirname, '../../..')

/** The source of this program, that of the workspaces that it imports included. */
export const ownSource = ['pipeline', 'program-kit', 'release-format'].map((one) =>
  join(workspaces, one, 'src'),
)

/** A digest of this program's own source: another program may give another result from the same inputs. */
export async function programDigest(folders: readonly string[] = ownSource): Promise<string> {
  const hash = createHash('sha256')
  for (const [index, folder] of folders.entries()) {
    const names = await readdir(folder, { recursive: true })
    for (const name of names.filter((one) => one.endsWith('.ts') && !one.endsWith('.test.ts')).toSorted()) {
      hash.update(`${index}/${name}\n`).update(await readFile(join(folder, name)))
    }
  }
  return hash.digest('hex')
}
