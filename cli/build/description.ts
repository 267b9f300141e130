import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

const workspace = join(import.meta.dirname, '..')

/** What comes with the program in each form of it. */
export const licenseFile = join(workspace, '../LICENSE')
export const readmeFile = join(workspace, 'README.md')
export const iconFile = join(workspace, '../rootfs/overlay-wsl/usr/share/wsl/kaweezle.ico')

const schema = z.object({
  version: z.string(),
  description: z.string(),
  license: z.string(),
  engines: z.object({ node: z.string() }),
})

/** What package.json of the workspace says of the program, for all who hand it on. */
export type Description = z.infer<typeof schema>

export async function readDescription(): Promise<Description> {
  return schema.parse(JSON.parse(await readFile(join(workspace, 'package.json'), 'utf8')))
}
