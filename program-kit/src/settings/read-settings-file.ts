import { didYouMean } from '../did-you-mean.ts'
import { safeText } from '../safe-text.ts'
import { readSetting } from './read-setting.ts'
import { type SettingKey, type SettingsRules, settingKeysOf } from './setting.ts'

/** Characters: more is no settings file, and would take long to read. */
const longestText = 64 * 1024

/**
 * The settings of a YAML file, one document with a mapping or nothing in it. YAML is loaded only now.
 * @param path for errors
 * @throws the rules' refusal: with the line and the key, and what is expected
 */
export async function readSettingsFile<All extends object>(
  rules: SettingsRules<All>,
  text: string,
  path: string,
): Promise<Partial<All>> {
  const wrong = (place: string, problem: string) =>
    rules.refusal(`${place}: ${safeText(problem)}`, 'Correct the file.')
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
    throw wrong(at(contents.range?.[0]), `expected a mapping of settings, e.g. \`${rules.example}\``)
  }
  const found = new Map<SettingKey<All>, unknown>()
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? String(key.value) : ''
    const place = at(isScalar(key) ? key.range?.[0] : undefined)
    const known = fileKey(rules, name, place)
    // An alias is a value written elsewhere, which the line of this key does not show.
    if (isAlias(value)) throw wrong(place, `${name}: aliases are not read; write the value out`)
    const plain = isScalar(value) ? value.value : value === null ? null : {}
    found.set(known, readSetting(rules, { key: known, place: `${place}: ${name}` }, plain))
  }
  return Object.fromEntries(found) as Partial<All>
}

/** The key that is called so, where a file may have it. */
function fileKey<All extends object>(
  rules: SettingsRules<All>,
  name: string,
  place: string,
): SettingKey<All> {
  const keys = settingKeysOf(rules)
  const key = keys.find((one) => one === name)
  if (key === undefined) {
    const inFiles = keys.filter((one) => rules.table[one].isPerCall !== true)
    throw rules.refusal(`${place}: unknown key '${safeText(name)}'`, didYouMean(name, inFiles))
  }
  const { isPerCall, flag, environment } = rules.table[key]
  if (isPerCall !== true) return key
  throw rules.refusal(
    `${place}: ${name} is a decision about one call, and not for a file`,
    `Use --${flag} or ${environment} where it is wanted.`,
  )
}
