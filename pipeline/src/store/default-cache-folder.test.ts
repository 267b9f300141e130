import { expect, test } from 'vitest'
import { defaultCacheFolder } from './default-cache-folder.ts'

test.each([
  ['linux', { HOME: '/home/a' }, '/home/a/.cache/kaweezle'],
  ['linux', { HOME: '/home/a', XDG_CACHE_HOME: '/cache' }, '/cache/kaweezle'],
  ['linux', { HOME: '/home/a', XDG_CACHE_HOME: 'relative' }, '/home/a/.cache/kaweezle'],
  ['linux', { HOME: '/home/a', XDG_CACHE_HOME: '' }, '/home/a/.cache/kaweezle'],
  ['linux', { XDG_CACHE_HOME: '/cache' }, '/cache/kaweezle'],
  ['darwin', { HOME: '/Users/a' }, '/Users/a/Library/Caches/kaweezle'],
  ['win32', { LOCALAPPDATA: 'C:\\Users\\a\\Local' }, 'C:\\Users\\a\\Local\\kaweezle\\Cache'],
] as const)('on %s, %j gives %s', (platform, env, folder) => {
  expect(defaultCacheFolder(env, platform)).toBe(folder)
})

test.each([
  ['linux', {}],
  ['linux', { HOME: '' }],
  ['darwin', { XDG_CACHE_HOME: '/cache' }],
  ['win32', { HOME: '/home/a' }],
] as const)('on %s, %j is an error that says what to do', (platform, env) => {
  expect(() => defaultCacheFolder(env, platform)).toThrow(
    expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('--cache') }),
  )
})
