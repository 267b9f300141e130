import { isAgentError } from '../errors.ts'
import { systemCode } from '../host/file-error.ts'
import type { Files } from '../host/host.ts'

/**
 * Writes a file of mode 0644 that may be a mount, as Docker has it for /etc/hosts and /etc/hostname: such a one cannot
 * be replaced, only written to. What is shorter than before would leave the end of it, so that empty lines follow.
 */
export async function replaceOrOverwrite(files: Files, path: string, text: string): Promise<void> {
  try {
    await files.write(path, text, 0o644)
  } catch (error) {
    if (!isAgentError(error, 'FILE_FAILED') || systemCode(error.cause) !== 'EBUSY') throw error
    const size = (await files.stat(path))?.size ?? 0
    await files.poke(path, text + '\n'.repeat(Math.max(0, size - Buffer.byteLength(text))))
  }
}
