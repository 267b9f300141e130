import { type InstalledPackage, parseInstalled } from '../apk/installed.ts'
import { ContentReader } from '../contents/content-reader.ts'
import { readContent } from '../contents/read-content.ts'
import { readTree } from '../contents/read-tree.ts'
import { PipelineError } from '../errors.ts'
import { assertInstalled } from '../locks/assert-installed.ts'
import type { Progress } from '../progress.ts'
import { comingPackages } from '../resolve/agent-packages.ts'
import { installLocked } from '../resolve/install-locked.ts'
import type { VerifiedBlob } from '../store/blob.ts'
import type { Tree } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'
import { resolvePath } from '../tree/resolve.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { step } from './step.ts'

export const packages = step<Build>({
  name: 'packages',
  title: 'Install the packages',
  async run(build, progress) {
    const standing = build.get('standing')
    if (standing.output) return outputStands
    const exported = standing.packages ?? (await install(build, progress))
    const tree = await readTree(exported.path)
    const reader = build.resources.use(new ContentReader())
    const installed = await readDatabase(tree, reader)
    assertInstalled(expectedPackages(build, installed), {
      installed,
      base: build.get('fetched').facts.packages,
    })
    if (standing.packages === undefined) {
      const { sha256, size } = exported
      await build.store.writeRecord('packages', standing.packagesKey, { sha256, size })
    }
    const newest = Math.max(0, ...installed.map(({ buildDate }) => buildDate ?? 0))
    const epoch = build.options.sourceDateEpoch ?? newest
    build.set('installed', { tree, reader, packages: installed, epoch })
    const summary = `${installed.length} packages, ${tree.size} entries`
    return standing.packages === undefined
      ? { done: summary }
      : { skipped: `${summary}, of an earlier build` }
  },
})

async function install(build: Build, progress: Required<Progress>): Promise<VerifiedBlob> {
  const sandbox = build.get('sandbox')
  const { architecture } = build.options
  const [loaded, lock, fetched] = [build.get('recipe'), build.get('lock'), build.get('fetched')]
  const agent = build.get('agent')
  await installLocked(sandbox, { loaded, architecture, lock, fetched, agent, progress })
  progress.line('reading the rootfs from the engine')
  return build.store.put('the rootfs under construction', await sandbox.export())
}

/** Those of the lock, and those of the agent, by what was built. */
function expectedPackages(build: Build, installed: readonly InstalledPackage[]) {
  const agent = build.get('agent')
  const own = agent === undefined ? [] : comingPackages(agent, installed)
  const identities = own.map(({ facts: { info, checksum } }) => ({ ...info, checksum }))
  return { packages: [...build.get('lock').packages, ...identities] }
}

const databaseLimit = 256 * 1024 * 1024

async function readDatabase(tree: Tree, reader: ContentReader): Promise<InstalledPackage[]> {
  const database = resolvePath(tree, treePath('lib/apk/db/installed'))
  if (database?.type === 'file') return parseInstalled(await readContent(reader, database, databaseLimit))
  throw new PipelineError('COMMAND_FAILED', 'the rootfs has no apk database after the installation')
}
