import { expect, test } from 'vitest'
import type { IndexPackage } from '../apk/index.ts'
import type { Change } from '../apk/resolution.ts'
import type { ApkChecksum } from '../digest.ts'
import { type IndexedRepository, keyOf } from './fetch-index.ts'
import { locate } from './locate.ts'

const repositories = [
  repository('v3.24/main', undefined, ['openrc 1']),
  repository('v3.24/community', undefined, ['openrc 1', 'zsh 1']),
  repository('edge/main', 'edge', ['openrc 1', 'crio 1']),
  repository('edge/testing', 'testing', ['crio 1']),
]

test.each([
  ['openrc', undefined, 'v3.24/main'],
  ['zsh', undefined, 'v3.24/community'],
  ['openrc', 'edge', 'edge/main'],
  ['crio', 'testing', 'edge/testing'],
  ['zsh', 'edge', 'v3.24/community'],
  ['crio', undefined, 'edge/main'],
])('%s with the tag %s comes from %s', (name, tag, location) => {
  const { repository, entry } = locate(change({ name, tag }), repositories)
  expect(repository).toBe(location)
  expect(entry.name).toBe(name)
})

test.each([
  ['a removal', change({ name: 'openrc', action: 'purge' }), /remove openrc/],
  ['a version that no index has', change({ name: 'openrc', version: '2' }), /openrc 2/],
])('%s is refused', (_, one, message) => {
  expect(() => locate(one, repositories)).toThrow(
    expect.objectContaining({ code: 'RECIPE_INVALID', message: expect.stringMatching(message) }),
  )
})

function change(changes: Partial<Change>): Change {
  return { action: 'install', name: 'openrc', tag: undefined, version: '1', from: undefined, ...changes }
}

function repository(location: string, tag: string | undefined, names: readonly string[]): IndexedRepository {
  const entries = names.map((text): IndexPackage => {
    const [name = '', version = ''] = text.split(' ')
    return {
      name,
      version,
      architecture: 'x86_64',
      checksum: `Q1${'A'.repeat(27)}=` as ApkChecksum,
      size: 1,
      installedSize: 1,
      description: '',
      url: '',
      license: 'MIT',
      origin: undefined,
      maintainer: undefined,
      buildDate: undefined,
      commit: undefined,
      providerPriority: undefined,
      depends: [],
      provides: [],
      installIf: [],
      uninstallable: undefined,
    }
  })
  return { location, tag, index: '/index', packages: new Map(entries.map((one) => [keyOf(one), one])) }
}
