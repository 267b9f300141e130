import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import * as z from 'zod'

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  author: z.union([z.string(), z.looseObject({ name: z.string() })]).optional(),
})

const licenseFile = /^(licen[cs]e|copying|notice)(?![a-z])/i
/** Packages of this repository: its own licence is theirs. */
const own = /(^|\/)node_modules\/@kaweezle\//

/**
 * The licences of all packages that got into a bundle, by name and version.
 * @param folder what the paths of `metafile` are relative to
 * @throws Error for a package that does not say its licence
 */
export async function thirdPartyLicenses(metafile: Metafile, folder: string): Promise<string> {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs))
  const folders = new Set(used.filter((path) => !own.test(path)).flatMap(packageFolder))
  const texts = new Map<string, string>()
  for (const one of folders) {
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

/** `../node_modules/a/node_modules/@b/c/lib/d.js` is of `../node_modules/a/node_modules/@b/c`. */
function packageFolder(path: string): string[] {
  const [, found] = /^(.*(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
  return found === undefined ? [] : [found]
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
