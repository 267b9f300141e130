import type { Architecture } from '../architecture.ts'
import { isTreePath, treePath } from '../tree/path.ts'
import { resolvePath } from '../tree/resolve.ts'
import { readText } from './read-text.ts'
import type { Rule } from './rule.ts'
import { showMode, showPath } from './show.ts'

// ELF header (System V ABI): magic, class 64 at byte 4, little endian at byte 5, e_machine at byte 18.
const machines: Record<Architecture, number> = { x86_64: 0x3e, aarch64: 0xb7 }

/** What Microsoft's distribution validator allows. */
const allowedModes = [0o755, 0o775, 0o555]

/** WSL takes nothing for a distribution without it. */
export const shell: Rule = {
  name: 'shell',
  promise: '/bin/sh, links followed, is a program of root’s for the architecture that all may run.',
  async check({ tree, architecture, head }) {
    const entry = resolvePath(tree, treePath('bin/sh'))
    if (entry?.type !== 'file') return ['/bin/sh does not lead to a file']
    const shown = entry.path === 'bin/sh' ? '/bin/sh' : `/bin/sh, which is ${showPath(entry.path)},`
    const bytes = Buffer.from(await head(entry.path, 20))
    const isElf =
      bytes.length === 20 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2 && bytes[5] === 1
    if (!isElf) return [`${shown} is no 64-bit ELF file`]
    const findings: string[] = []
    if (bytes.readUInt16LE(18) !== machines[architecture])
      findings.push(`${shown} is not for ${architecture}`)
    if (!allowedModes.includes(entry.mode))
      findings.push(
        `${shown} has mode ${showMode(entry.mode)}, not one of ${allowedModes.map(showMode).join(', ')}`,
      )
    if (entry.uid !== 0 || entry.gid !== 0) findings.push(`${shown} belongs to ${entry.uid}:${entry.gid}`)
    return findings
  },
}

/** Without its links (made by a package script) a rootfs imports and then cannot even run `mount`. */
export const busyboxLinks: Rule = {
  name: 'busybox-links',
  promise: 'Every command that busybox announces in /etc/busybox-paths.d is there.',
  async check(input) {
    const lists = [...input.tree.keys()].filter((path) => path.startsWith('etc/busybox-paths.d/'))
    const findings: string[] = []
    for (const list of lists) {
      const commands = (await readText(input, list)).split('\n').filter(Boolean)
      const missing = commands.filter(
        (command) => !isTreePath(command) || resolvePath(input.tree, command)?.type !== 'file',
      )
      findings.push(
        ...missing.map((command) => `${showPath(command)}, which ${showPath(list)} announces, is missing`),
      )
    }
    return findings
  },
}
