import { versionText } from './commands/version.ts'

declare const __KAWEEZLE_VERSION__: string

/** The bundle has its version in it; the sources have none. */
const version = typeof __KAWEEZLE_VERSION__ === 'undefined' ? '0.0.0-dev' : __KAWEEZLE_VERSION__

// The bundle is CommonJS, which has no await here.
void main()

async function main(): Promise<void> {
  const argv = process.argv.slice(2)
  if (isPlainVersion(argv)) {
    process.stdout.write(versionText(version))
    return
  }
  const { runLocally } = await import('./host/run-locally.ts')
  process.exitCode = await runLocally(argv, version)
}

/** The question that shells and scripts ask most: no setting has a say in its answer, so that none is read. */
function isPlainVersion([word, ...more]: readonly string[]): boolean {
  if ((word !== 'version' && word !== '--version') || more.length > 0) return false
  return !Object.keys(process.env).some((name) => name.startsWith('KAWEEZLE_'))
}
