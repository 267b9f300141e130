import { displayPath, treePath } from '../tree/path.ts'
import { entryAt } from '../tree/place-of.ts'
import { resolvePath } from '../tree/resolve.ts'
import { checkAttributes } from './check-attributes.ts'
import { readText } from './read-text.ts'
import type { Rule, VerifyInput } from './rule.ts'
import { checkNamedFiles, namingKeys } from './wsl-named-files.ts'
import { parseWslSettings } from './wsl-settings.ts'

/*
 * What Microsoft's distribution validator asks of the two files that WSL reads
 * (distributions/validate-modern.py of github.com/microsoft/WSL).
 */

const configurationModes = [0o644, 0o664]

const configurationKeys = new Set(
  [
    ['automount', 'enabled', 'ldconfig', 'mountfstab', 'options', 'root'],
    ['boot', 'command', 'protectbinfmt', 'systemd'],
    ['fileserver', 'enabled'],
    ['filesystem', 'umask'],
    ['general', 'hostname'],
    ['gpu', 'appendlibpath', 'enabled'],
    ['interop', 'appendwindowspath', 'enabled'],
    ['network', 'generatehosts', 'generateresolvconf', 'hostname'],
    ['time', 'usewindowstimezone'],
    ['user', 'default'],
  ].flatMap(([section, ...keys]) => keys.map((key) => `${section}.${key}`)),
)

const distributionKeys = new Set([
  ...namingKeys,
  'oobe.defaultname',
  'oobe.defaultuid',
  'shortcut.enabled',
  'windowsterminal.enabled',
])

const configuration: Rule = {
  name: 'wsl-conf',
  promise: 'If there is an /etc/wsl.conf, it is root’s, for all to read, and sets only what WSL knows.',
  async check(input) {
    return (await readSettings(input, '/etc/wsl.conf', configurationKeys))?.problems ?? []
  },
}

const distribution: Rule = {
  name: 'wsl-distribution',
  promise:
    'If there is an /etc/wsl-distribution.conf, the same holds for it, it gives the distribution a name, and the files it names are such as WSL takes.',
  async check(input) {
    const settings = await readSettings(input, '/etc/wsl-distribution.conf', distributionKeys)
    if (settings === undefined) return []
    const { values, problems } = settings
    const uid = values.get('oobe.defaultuid')
    return [
      ...problems,
      // Without it a double click on the file fails.
      ...(values.get('oobe.defaultname') ? [] : ['/etc/wsl-distribution.conf sets no oobe.defaultName']),
      ...(uid === undefined || /^\d+$/.test(uid) ? [] : ['oobe.defaultUid is no number']),
      ...(await checkNamedFiles(values, input)),
    ]
  },
}

export const wslRules = [configuration, distribution]

/** Undefined where there is no such file. */
async function readSettings(
  input: VerifyInput,
  path: string,
  known: ReadonlySet<string>,
): Promise<{ values: ReadonlyMap<string, string>; problems: string[] } | undefined> {
  if (entryAt(input.tree, treePath(path)) === undefined) return undefined
  const file = resolvePath(input.tree, treePath(path))
  if (file?.type !== 'file') return { values: new Map(), problems: [`${path} is not a file`] }
  const { values, problems } = parseWslSettings(await readText(input, path))
  const unknown = [...values.keys()].filter((key) => !known.has(key))
  return {
    values,
    problems: [
      ...checkAttributes(path, file, configurationModes),
      ...problems.map((problem) => `${path}, ${problem}`),
      ...unknown.map((key) => `${path} sets ${displayPath(key)}, which WSL does not know`),
    ],
  }
}
