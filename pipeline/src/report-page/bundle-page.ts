import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { thirdPartyLicenses } from '@kaweezle/program-kit/third-party-licenses.ts'
import { build } from 'esbuild'
import type { PageParts } from '../report/print-page.ts'

const folder = join(import.meta.dirname, 'browser')

/** The program and the style of the page, each as one text; the licences of what others wrote stand before it. */
export async function bundlePage(): Promise<PageParts> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ['main.ts', 'style.css'],
    preserveSymlinks: true,
    bundle: true,
    write: false,
    outdir: folder,
    metafile: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    tsconfigRaw: {},
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
  })
  const licenses = await thirdPartyLicenses(metafile, {
    list: (path) => readdir(join(folder, path)),
    read: (path) => readFile(join(folder, path), 'utf8'),
  })
  const textOf = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? ''
  return { script: `/*\n${licenses}*/\n${textOf('.js')}`, style: textOf('.css') }
}
