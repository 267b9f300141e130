import { KaweezleError } from '../errors.ts'
import { safeText } from '../output/safe-text.ts'
import { didYouMean } from './nearest.ts'
import { readValue } from './read-value.ts'
import { type SettingKey, type Settings, settingKeys, settingsTable } from './table.ts'

/** Characters: more is no settings file, and would take long to read. */
const longestText = 64 * 1024

const fileKeys = settingKeys.filter((key) => settingsTable[key].isPerCall !== true)

/**
 * The settings of a YAML file, one document with a mapping or nothing in it.
 * @param path for errors
 * @throws KaweezleError `USAGE`: with the line and the key, and what is expected
 */
export async function readSettingsText(text: string, path: string): Promise<Partial<Settings>> {
  if (text.length > longestText) throw wrong(path, `the file has more than ${longestText} characters`)
  const { isAlias, isMap, isScalar, LineCounter, parseDocument } = await import('../yaml.ts')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  const at = (offset: number | undefined) =>
    offset === undefined ? path : `${path}:${lines.linePos(offset).line}`
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) throw wrong(at(problem.pos[0]), problem.message.split('\n')[0] ?? problem.code)
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) return {}
  if (!isMap(contents)) {
    throw wrong(at(contents.range?.[0]), 'expected a mapping of settings, e.g. `name: dev`')
  }
  const found = new Map<SettingKey, unknown>()
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? String(key.value) : ''
    const place = at(isScalar(key) ? key.range?.[0] : undefined)
    if (!isFileKey(name)) throw unknownKey(name, place)
    // An alias is a value written elsewhere, which the line of this key does not show.
    if (isAlias(value)) throw wrong(place, `${name}: aliases are not read; write the value out`)
    const plain = isScalar(value) ? value.value : value === null ? null : {}
    found.set(name, readValue(name, plain, `${place}: ${name}`))
  }
  return Object.fromEntries(found) as Partial<Settings>
}

function isFileKey(name: string): name is SettingKey {
  return (fileKeys as readonly string[]).includes(name)
}

function unknownKey(name: string, place: string): KaweezleError {
  const perCall = settingKeys.find((key) => key === name)
  if (perCall === undefined) {
    return new KaweezleError('USAGE', `${place}: unknown key '${safeText(name)}'`, {
      hint: didYouMean(name, fileKeys),
    })
  }
  const { flag, environment } = settingsTable[perCall]
  return new KaweezleError('USAGE', `${place}: ${name} is a decision about one call, and not for a file`, {
    hint: `Use --${flag} or ${environment} where it is wanted.`,
  })
}

function wrong(place: string, problem: string): KaweezleError {
  return new KaweezleError('USAGE', `${place}: ${safeText(problem)}`, { hint: 'Correct the file.' })
}
