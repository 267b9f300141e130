import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import type { ApkFile } from '../../../pipeline/test/support/build-apk.ts'

/** Node.js of the major version that Alpine has, from npm. It is for the C library of GNU. */
export const nodeRuntime = join(import.meta.dirname, '../../../node_modules/node/bin/node')

/**
 * Node.js as `/usr/bin/node` inside Alpine: the program itself, whose loader and libraries are where this machine
 * has them. Musl has its own in other places, and with no wrapper between, processes look as with Alpine's package.
 */
export async function nodeRuntimeFiles(): Promise<Record<string, ApkFile>> {
  const { stdout } = await execa('ldd', [nodeRuntime])
  const paths = [...stdout.matchAll(/(?<=\s)\/\S+/g)].map(([path]) => path)
  const libraries = paths.map(async (path) => [path.slice(1), await program(path)] as const)
  return { 'usr/bin/node': await program(nodeRuntime), ...Object.fromEntries(await Promise.all(libraries)) }
}

/** Why there is no Node.js that can be packed; nothing when there is. */
export async function nodeRuntimeMissing(): Promise<string | undefined> {
  const { exitCode, stdout, stderr } = await execa(nodeRuntime, ['--version'], { reject: false })
  if (exitCode !== 0) return `the package \`node\` does not run: ${stderr || `status ${exitCode}`}`
  const libraries = await execa('ldd', [nodeRuntime], { reject: false })
  if (!libraries.stdout.includes('/ld-linux')) return `${basename(nodeRuntime)} is not for the GNU C library`
  return stdout.startsWith('v24.') ? undefined : `the package \`node\` is ${stdout}, not version 24`
}

async function program(path: string): Promise<ApkFile> {
  return { content: await readFile(path), mode: 0o755 }
}
