import { parseYaml } from '../yaml/parse-yaml.ts'
import { type PackagesLock, packagesLockSchema } from './schema.ts'

/**
 * Reads a packages lock. `fileName` is the name that errors begin with. Carriage returns and a byte order mark
 * are refused: only {@link printPackagesLock} writes locks, so whatever put them there changed more than it should.
 * @throws PipelineError `LOCK_INVALID`, with a line `file:line:column: …` for each thing that is wrong.
 */
export function parsePackagesLock(text: string, fileName: string): PackagesLock {
  return parseYaml(packagesLockSchema, text, {
    file: fileName,
    code: 'LOCK_INVALID',
    hint: 'Restore the file from git, or delete it and run `npm run lock`.',
    exact: true,
  })
}
