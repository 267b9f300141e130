import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../../control-plane/running.ts'
import { writeHalf } from './faults.ts'

/** As kubeadm does it: in place, not by a rename. */
export async function put(path: string, content: string, mode: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  await writeHalf((half) => writeFileSync(path, half, { mode }), Buffer.from(content))
  writeFileSync(path, content, { mode })
}

/** As kubeadm moves manifests into place when it upgrades. */
export function putByRename(path: string, content: string, mode: number): void {
  const draft = `${path.replace(/\/([^/]+)$/, '/.$1')}.draft`
  writeFileSync(draft, content, { mode })
  renameSync(draft, path)
}

/** The text of a file, if there is one. */
export function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}
