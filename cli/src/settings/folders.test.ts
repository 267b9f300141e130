import { expect, test } from 'vitest'
import { isKaweezleError } from '../errors.ts'
import { type FolderSources, foldersOf } from './folders.ts'

function linux(environment: Record<string, string> = {}): FolderSources {
  return { platform: 'linux', home: '/home/ada', environment }
}

test('on Linux the folders are those of the XDG specification', () => {
  expect(foldersOf(linux())).toEqual({
    config: '/home/ada/.config/kaweezle',
    clusters: '/home/ada/.local/state/kaweezle/clusters',
    data: '/home/ada/.local/state/kaweezle/data',
    cache: '/home/ada/.cache/kaweezle',
  })
  const moved = foldersOf(linux({ XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s', XDG_CACHE_HOME: '/k' }))
  expect(moved).toMatchObject({
    config: '/c/kaweezle',
    clusters: '/s/kaweezle/clusters',
    cache: '/k/kaweezle',
  })
})

test('a relative or empty XDG variable is ignored, as its specification says', () => {
  expect(foldersOf(linux({ XDG_CACHE_HOME: 'cache', XDG_STATE_HOME: '' }))).toEqual(foldersOf(linux()))
})

test('on macOS the folders are in Library', () => {
  expect(foldersOf({ platform: 'darwin', home: '/Users/ada', environment: {} })).toMatchObject({
    config: '/Users/ada/Library/Application Support/kaweezle',
    cache: '/Users/ada/Library/Caches/kaweezle',
  })
})

test('on Windows only the settings roam, whatever XDG variables say', () => {
  const environment = {
    LOCALAPPDATA: 'C:\\Users\\Ada L\\AppData\\Local',
    APPDATA: 'C:\\Users\\Ada L\\AppData\\Roaming',
    XDG_CACHE_HOME: '/x',
  }
  const folders = foldersOf({ platform: 'win32', home: 'C:\\Users\\Ada L', environment })
  expect(folders).toEqual({
    config: 'C:\\Users\\Ada L\\AppData\\Roaming\\kaweezle',
    clusters: 'C:\\Users\\Ada L\\AppData\\Local\\kaweezle\\clusters',
    data: 'C:\\Users\\Ada L\\AppData\\Local\\kaweezle\\data',
    cache: 'C:\\Users\\Ada L\\AppData\\Local\\kaweezle\\cache',
  })
  expect(foldersOf({ platform: 'win32', home: 'C:\\Users\\Ada L', environment: {} })).toEqual(folders)
})

test('KAWEEZLE_HOME takes all of them', () => {
  const folders = foldersOf(linux({ KAWEEZLE_HOME: '/k', XDG_CACHE_HOME: '/x' }))
  expect(folders).toEqual({ config: '/k', clusters: '/k/clusters', data: '/k/data', cache: '/k/cache' })
})

test('a KAWEEZLE_HOME that depends on the working directory is refused', () => {
  for (const environment of [{ KAWEEZLE_HOME: 'k' }, { KAWEEZLE_HOME: './k' }]) {
    expect(() => foldersOf(linux(environment))).toThrow(
      expect.toSatisfy((error) => isKaweezleError(error, 'USAGE')),
    )
  }
  expect(() => foldersOf({ platform: 'win32', home: 'C:\\', environment: { KAWEEZLE_HOME: 'k' } })).toThrow(
    'not an absolute path',
  )
})
