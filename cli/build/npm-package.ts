import { execFile } from 'node:child_process'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundleCli, programName } from './bundle.ts'
import { type Description, licenseFile, readmeFile } from './description.ts'

export interface NpmPackageOptions {
  readonly version: string
  readonly repository: string
  readonly description: Description
  /** An empty folder, for files on the way. */
  readonly folder: string
}

/**
 * Packs the CLI as npm publishes it: no dependency, since all is in the bundle, and no script.
 * @returns the path of the tarball, in `folder`
 */
export async function npmPackage(options: NpmPackageOptions): Promise<string> {
  const { version, folder } = options
  const staged = join(folder, 'package')
  await bundleCli({ folder: staged, version })
  await copyFile(licenseFile, join(staged, 'LICENSE'))
  await copyFile(readmeFile, join(staged, 'README.md'))
  await writeFile(join(staged, 'package.json'), `${JSON.stringify(manifest(options), undefined, 2)}\n`)
  const npm = ['pack', staged, '--pack-destination', folder, '--ignore-scripts', '--no-update-notifier']
  await promisify(execFile)('npm', npm, { cwd: folder })
  return join(folder, `kaweezle-${version}.tgz`)
}

/** https://docs.npmjs.com/cli/configuring-npm/package-json */
function manifest({ version, repository, description }: NpmPackageOptions): object {
  const home = `https://github.com/${repository}`
  return {
    name: 'kaweezle',
    version,
    description: description.description,
    keywords: ['cluster', 'docker', 'kubernetes', 'wsl'],
    homepage: `${home}#readme`,
    bugs: `${home}/issues`,
    license: description.license,
    // npm holds the provenance against it.
    repository: { type: 'git', url: `git+${home}.git`, directory: 'cli' },
    type: 'commonjs',
    bin: { kaweezle: programName },
    engines: description.engines,
    publishConfig: { access: 'public', provenance: true },
  }
}
