import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type AgentDescription, parseAgentDescription } from '../agent/description.ts'
import { isVersion } from '../apk/version.ts'
import { PipelineError } from '../errors.ts'
import { jsonOrUndefined } from '../json.ts'
import { shownPath } from '../render/shown-path.ts'
import { orFileError } from '../store/file-error.ts'
import { type OverlayFile, readOverlay } from './read-overlay.ts'

/** The agent's workspace, with everything of it that is data. */
export interface LoadedAgent {
  /** Absolute path of the workspace. */
  readonly folder: string
  readonly description: AgentDescription
  /** That of the workspace, e.g. `0.1.0`. */
  readonly version: string
  /** That of its packages, e.g. `0.1.0-r0`. */
  readonly packageVersion: string
  /** The files below `apk/files`, by their paths in the image. */
  readonly files: readonly OverlayFile[]
}

/**
 * Reads the agent's workspace: `package.json` for its version, `apk/package.yaml` and `apk/files`.
 * @throws PipelineError `PACKAGE_INVALID`; `FILE_FAILED`; `RECIPE_INVALID` when there are no files, or not those whose
 *   modes are given.
 */
export async function loadAgent(folder: string): Promise<LoadedAgent> {
  const read = (path: string) => orFileError(path, () => readFile(path, 'utf8'))
  const [describing, workspace] = [join(folder, 'apk/package.yaml'), join(folder, 'package.json')]
  const description = parseAgentDescription(await read(describing), shownPath(describing))
  const version = parseVersion(await read(workspace), shownPath(workspace))
  const files = await readOverlay(join(folder, 'apk/files'), description.entries)
  return { folder, description, version, packageVersion: `${version}-r0`, files }
}

const workspaceSchema = z.object({ version: z.string().refine((text) => isVersion(`${text}-r0`)) })

function parseVersion(text: string, name: string): string {
  const parsed = workspaceSchema.safeParse(jsonOrUndefined(text))
  if (parsed.success) return parsed.data.version
  throw new PipelineError('PACKAGE_INVALID', `${name} has no version that apk knows, such as 1.2.3`, {
    hint: 'Give it one of digits and dots.',
  })
}
