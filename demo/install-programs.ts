import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleCli } from '../cli/build/bundle.ts'
import { kubectlBinary } from '../pipeline/test/support/kubectl.ts'
import type { Place } from './place.ts'

/** Puts kaweezle, bundled as `npm run build-cli` does it, and a genuine kubectl where commands are looked for. */
export async function installPrograms({ folder, bin }: Place): Promise<void> {
  const program = await bundleCli({ folder: join(folder, 'program'), version: '1.0.0' })
  await symlink(program, join(bin, 'kaweezle'))
  await symlink(await kubectlBinary(), join(bin, 'kubectl'))
}
