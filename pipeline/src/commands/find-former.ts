import { dirname, resolve } from 'node:path'
import { findSide, type SideFiles } from '../diff/find-side.ts'
import { PipelineError } from '../errors.ts'
import { shownPath } from '../render/shown-path.ts'
import type { BuildOptions } from '../steps/build.ts'

/**
 * The root filesystem that a build is to be compared with, found before anything is built.
 * @throws PipelineError `USAGE` when there is none, or where the build would write over it; `FILE_FAILED`.
 */
export async function findFormer(
  since: string,
  { out, architecture }: Pick<BuildOptions, 'out' | 'architecture'>,
): Promise<SideFiles> {
  const former = await findSide(resolve(since), architecture)
  if (dirname(former.manifest) !== out) return former
  throw new PipelineError('USAGE', `--since ${shownPath(out)} is the folder that the build writes to`, {
    hint: 'Move the former build elsewhere first, or name another folder with --out.',
  })
}
