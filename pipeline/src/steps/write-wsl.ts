import { basename, join } from 'node:path'
import { commitName } from '../store/commit-name.ts'
import { treePath } from '../tree/path.ts'
import { resolvePath } from '../tree/resolve.ts'
import type { Build } from './build.ts'

/**
 * Gives the rootfs, where it is a distribution of WSL, the name by which Windows installs it: the bytes that WSL takes
 * are the same (https://learn.microsoft.com/windows/wsl/build-custom-distro).
 * @returns the file; undefined where there is none
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`
 */
export async function writeWsl(build: Build): Promise<string | undefined> {
  const settings = resolvePath(build.get('rootfs').tree, treePath('etc/wsl-distribution.conf'))
  if (settings?.type !== 'file') return undefined
  const file = wslFile(build)
  await commitName(build.outputs.rootfs, file)
  return file
}

/** Where {@link writeWsl} puts it. */
export function wslFile(build: Build): string {
  const { name } = build.get('recipe').recipe
  const rootfs = basename(build.outputs.rootfs)
  return join(build.options.out, rootfs.replace(/^rootfs/, name).replace(/\.tar\.gz$/, '.wsl'))
}
