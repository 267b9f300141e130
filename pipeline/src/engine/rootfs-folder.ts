import { chmod, mkdir } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { PipelineError } from '../errors.ts'
import { housekeepingLimit, startDeadline } from './deadline.ts'
import { type Isolated, isolate } from './isolate.ts'

/** Of all extended attributes, file capabilities are the only ones that Alpine's packages use. */
const attributes = ['--numeric-owner', '--xattrs', '--xattrs-include=security.capability']

/**
 * Unpacks a gzip-compressed tar to the new folder `rootfs` with GNU tar, as root of fresh namespaces.
 * @throws PipelineError `ENGINE_FAILED` when it cannot be unpacked, `INTERRUPTED`.
 */
export async function unpackRootfs(base: string, rootfs: string, interruption: AbortSignal): Promise<void> {
  await mkdir(rootfs)
  await chmod(rootfs, 0o755)
  const deadline = startDeadline(`Unpacking ${base}`, housekeepingLimit, interruption)
  // The caller's umask would decide on folders that the archive implies without having them.
  const tar = ['sh', '-c', 'umask 022; exec tar "$@"', 'tar', '--extract', '--gzip', '--file=-'] as const
  const child = isolate(
    [
      ...tar,
      ...attributes,
      '--delay-directory-restore',
      '--same-owner',
      '--same-permissions',
      `--directory=${rootfs}`,
    ],
    { deadline, input: base },
  )
  const { status, stderr } = await child.ended()
  if (status !== 0) {
    throw new PipelineError('ENGINE_FAILED', `The base ${base} cannot be unpacked: ${stderr.trim()}`, {
      hint: 'Check the space on this disk, and that the base is a gzip-compressed tar.',
    })
  }
}

/**
 * The folder `rootfs` as a tar stream in PAX format, its times in whole seconds.
 * The stream fails with a PipelineError when tar does.
 */
export function packRootfs(rootfs: string, interruption: AbortSignal): Readable {
  const deadline = startDeadline(`Packing ${rootfs}`, housekeepingLimit, interruption)
  const child = isolate(
    [
      ...(['tar', '--create', '--file=-', '--one-file-system', '--format=posix'] as const),
      ...['--pax-option=delete=atime,delete=ctime,delete=mtime', ...attributes, `--directory=${rootfs}`, '.'],
    ],
    { deadline },
  )
  // Left alone for a moment, execa would let it flow and lose what nobody reads yet.
  child.stdout.pause()
  return Readable.from(output(child), { objectMode: false })
}

/** Removes folders whatever ids their content has, and though the build was interrupted. */
export async function removeFolders(folders: readonly string[]): Promise<void> {
  const child = isolate(['rm', '-rf', '--', ...folders], { deadline: startDeadline('rm', housekeepingLimit) })
  const { status, stderr } = await child.ended()
  if (status !== 0) {
    throw new PipelineError('ENGINE_FAILED', `What a build left cannot be removed: ${stderr.trim()}`)
  }
}

async function* output(child: Isolated): AsyncGenerator<Buffer> {
  yield* child.stdout
  const { status, stderr } = await child.ended()
  if (status !== 0) throw new PipelineError('ENGINE_FAILED', `The rootfs cannot be packed: ${stderr.trim()}`)
}
