import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundledFolders } from '@kaweezle/program-kit/bundled-folders.ts'
import type { Metafile } from 'esbuild'
import * as z from 'zod'

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  author: z.union([z.string(), z.looseObject({ name: z.string() })]).optional(),
})

const licenseFile = /^(licen[cs]e|copying|notice)(?![a-z])/i

/**
 * The licences of all packages that got into a bundle, by name and version.
 * @param folder what the paths of `metafile` are relative to
 * @throws Error for a package that does not say its licence
 */
export async function thirdPartyLicenses(metafile: Metafile, folder: string): Promise<string> {
  const texts = new Map<string, string>()
  for (const one of bundledFolders(metafile)) {
    const { title, text } = await licenseOf(join(folder, one))
    texts.set(title, text)
  }
  const parts = [...texts].sort(([one], [other]) => (one < other ? -1 : 1))
  const rule = `\n${'-'.repeat(80)}\n\n`
  return [
    'This program has in it, in whole or in part, the packages below.\n',
    ...parts.map(([title, text]) => `${title}\n\n${text}\n`),
  ].join(rule)
}

async function licenseOf(folder: string): Promise<{ title: string; text: string }> {
  const description = packageSchema.safeParse(
    JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')),
  )
  if (!description.success) throw new Error(`${folder} does not say its name, version and licence`)
  const { name, version, license, author } = description.data
  const files = (await readdir(folder)).filter((file) => licenseFile.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  const by = typeof author === 'object' ? author.name : author
  const text =
    texts.length > 0 ? texts.map(tidy).join('\n\n') : `No text comes with it. Author: ${by ?? name}`
  return { title: `${name} ${version} (${license})`, text }
}

function tidy(text: string): string {
  return text.replaceAll('\r\n', '\n').trim()
}
