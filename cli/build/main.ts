import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleCli } from './bundle.ts'

/** `npm run build-cli`: writes the program into `cli/dist`. */
const workspace = join(import.meta.dirname, '..')
const { version } = JSON.parse(await readFile(join(workspace, 'package.json'), 'utf8')) as { version: string }
process.stdout.write(`${await bundleCli({ folder: join(workspace, 'dist'), version })}\n`)
