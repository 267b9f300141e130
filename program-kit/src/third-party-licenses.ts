import { posix } from 'node:path'
import * as z from 'zod'
import { type BundledInputs, bundledFolders } from './bundled-folders.ts'

/** How packages are looked at. Paths are as relative as those of the metafile. */
export interface PackageReader {
  list(folder: string): Promise<readonly string[]>
  read(file: string): Promise<string>
}

/** What a bundle's licences are called where it is handed on. */
export const licensesName = 'THIRD-PARTY-LICENSES.txt'

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  author: z.union([z.string(), z.looseObject({ name: z.string() })]).optional(),
})

const licenseFile = /^(licen[cs]e|copying|notice)(?![a-z])/i

/**
 * The licences of all packages that got into a bundle, by name and version; empty where there is none.
 * @throws Error for a package that does not say its licence, and what `reader` throws
 */
export async function thirdPartyLicenses(metafile: BundledInputs, reader: PackageReader): Promise<string> {
  const texts = new Map<string, string>()
  for (const folder of bundledFolders(metafile)) {
    const { title, text } = await licenseOf(folder, reader)
    texts.set(title, text)
  }
  if (texts.size === 0) return ''
  const parts = [...texts].sort(([one], [other]) => (one < other ? -1 : 1))
  const rule = `\n${'-'.repeat(80)}\n\n`
  return [
    'This program has in it, in whole or in part, the packages below.\n',
    ...parts.map(([title, text]) => `${title}\n\n${text}\n`),
  ].join(rule)
}

async function licenseOf(folder: string, reader: PackageReader): Promise<{ title: string; text: string }> {
  const description = packageSchema.safeParse(
    JSON.parse(await reader.read(posix.join(folder, 'package.json'))),
  )
  if (!description.success) throw new Error(`${folder} does not say its name, version and licence`)
  const { name, version, license, author } = description.data
  const files = (await reader.list(folder)).filter((file) => licenseFile.test(file)).toSorted()
  const texts = await Promise.all(files.map((file) => reader.read(posix.join(folder, file))))
  const by = typeof author === 'object' ? author.name : author
  const text =
    texts.length > 0 ? texts.map(tidy).join('\n\n') : `No text comes with it. Author: ${by ?? name}`
  return { title: `${name} ${version} (${license})`, text }
}

function tidy(text: string): string {
  return text.replaceAll('\r\n', '\n').trim()
}
