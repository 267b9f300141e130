import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { chooseKey } from './choose-key.ts'
import { defaultKeyFolder } from './key-folder.ts'

const file = 'KAWEEZLE_AGENT_KEY'
const text = 'KAWEEZLE_AGENT_KEY_PEM'

test.each([
  ['nothing', undefined, {}, 'local'],
  ['empty variables', undefined, { [file]: '', [text]: '' }, 'local'],
  ['the flag', 'a.rsa', { [file]: 'b.rsa', [text]: 'PEM' }, { file: resolve('a.rsa') }],
  ['a file in the environment', undefined, { [file]: 'b.rsa', [text]: 'PEM' }, { file: resolve('b.rsa') }],
  ['a key in the environment', undefined, { [text]: 'PEM' }, { pem: 'PEM', variable: text }],
])('%s decides', (_, flag, env, choice) => {
  expect(chooseKey(flag, env)).toEqual(choice)
})

test.each([
  ['linux', { HOME: '/home/a' }, '/home/a/.config/kaweezle/keys'],
  ['linux', { HOME: '/home/a', XDG_CONFIG_HOME: '/config' }, '/config/kaweezle/keys'],
  ['linux', { HOME: '/home/a', XDG_CONFIG_HOME: 'relative' }, '/home/a/.config/kaweezle/keys'],
  ['darwin', { HOME: '/Users/a' }, '/Users/a/Library/Application Support/kaweezle/keys'],
  ['win32', { APPDATA: 'C:\\Users\\a\\Roaming' }, 'C:\\Users\\a\\Roaming\\kaweezle\\keys'],
] as const)('on %s, %j keeps it in %s', (platform, env, folder) => {
  expect(defaultKeyFolder(env, platform)).toBe(folder)
})

test('without a home it has no place, and the error says what to do', () => {
  expect(() => defaultKeyFolder({}, 'linux')).toThrow(
    expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('--agent-key') }),
  )
})
