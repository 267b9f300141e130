import { access, readFile, writeFile } from 'node:fs/promises'
import { execa } from 'execa'

const folder = '/proc/sys/fs/binfmt_misc'
const interpreter = '/usr/bin/qemu-aarch64-static'

// binfmt_misc(5): an ELF file of 64 bits, little endian, for e_machine 183. F opens the interpreter at once, so that
// it works in every root.
const magic = '\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00'
const mask =
  '\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff'

/** Why programs of aarch64 cannot be emulated here at a test's will; nothing when they can. */
export async function emulationMissing(): Promise<string | undefined> {
  if (process.arch !== 'x64') return 'this machine is no x86_64'
  if (process.getuid?.() !== 0) return 'binfmt_misc needs root'
  if (await isThere(`${folder}/qemu-aarch64`)) return 'the machine emulates aarch64 already'
  return (await isThere(interpreter)) ? undefined : 'install qemu-user-static'
}

/** Lets the kernel run programs of aarch64 until it is disposed of. */
export async function emulateAarch64(): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  if (!(await readFile('/proc/mounts', 'utf8')).includes(` ${folder} `)) {
    await execa('mount', ['-t', 'binfmt_misc', 'binfmt_misc', folder])
    stack.defer(async () => void (await execa('umount', [folder])))
  }
  await writeFile(`${folder}/register`, `:kaweezle-test:M::${magic}:${mask}:${interpreter}:F`, 'latin1')
  stack.defer(() => writeFile(`${folder}/kaweezle-test`, '-1'))
  return stack.move()
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
