import { access } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { oneAtATime } from '../../../agent/test/support/one-at-a-time.ts'

/**
 * Why a folder with a package.json of its own does not have `files`; nothing when it has. It is installed when they are
 * missing.
 */
export async function npmFolderMissing(
  folder: string,
  files: readonly string[],
): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it is for Linux on x86_64 only'
  // Test files run in processes of their own, and two installations at once spoil each other.
  const lock = join(tmpdir(), `kaweezle-test-${basename(folder)}-${process.getuid?.()}.lock`)
  return oneAtATime(lock, () => installAlone(folder, files))
}

async function installAlone(folder: string, files: readonly string[]): Promise<string | undefined> {
  if (await areThere(files)) return undefined
  const npm = ['ci', '--no-audit', '--no-fund', '--ignore-scripts']
  const { exitCode, stderr } = await execa('npm', npm, { cwd: folder, reject: false })
  if (exitCode === 0 && (await areThere(files))) return undefined
  return `npm ci in ${folder} failed: ${stderr.trim().split('\n').at(-1) ?? exitCode}`
}

async function areThere(files: readonly string[]): Promise<boolean> {
  try {
    await Promise.all(files.map((path) => access(path)))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
