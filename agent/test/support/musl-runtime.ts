import { access } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { oneAtATime } from './one-at-a-time.ts'

const folder = join(import.meta.dirname, '../musl-runtime')
const program = join(folder, 'node_modules/@oven/bun-linux-x64-musl/bin/bun')

let installing: Promise<string | undefined> | undefined

/** The JavaScript runtime that stands for Alpine's nodejs inside a guest: Bun for musl, called `node`. */
export const muslRuntime = program

/** Why there is no {@link muslRuntime}; nothing when there is. It is installed when it is missing. */
export function muslRuntimeMissing(): Promise<string | undefined> {
  installing ??= install()
  return installing
}

async function install(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it is for Linux on x86_64 only'
  if (await isThere()) return undefined
  // Test files run in processes of their own, and two installations at once spoil each other.
  return oneAtATime(join(tmpdir(), `kaweezle-test-musl-runtime-${process.getuid?.()}.lock`), installAlone)
}

async function installAlone(): Promise<string | undefined> {
  if (await isThere()) return undefined
  const { exitCode, stderr } = await execa('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    reject: false,
  })
  if (exitCode === 0 && (await isThere())) return undefined
  return `npm ci in agent/test/musl-runtime failed: ${stderr.trim().split('\n').at(-1) ?? exitCode}`
}

async function isThere(): Promise<boolean> {
  try {
    await access(program)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
