import { describe, expect, test } from 'vitest'
import { isKeptName, placeInRelease } from './asset-table.ts'

describe('a file of the packaged CLI', () => {
  test.each([
    ['kaweezle-1.2.3-rc.1.tgz', 'application/gzip', '1.2.3-rc.1'],
    ['kaweezle-windows-x64.zip', 'application/octet-stream', undefined],
    ['kaweezle-linux-x64', 'application/octet-stream', undefined],
    ['kaweezle-linux-arm64', 'application/octet-stream', undefined],
    ['kaweezle.json', 'application/json', undefined],
    ['Kaweezle.Kaweezle.yaml', 'application/yaml', undefined],
    ['Kaweezle.Kaweezle.installer.yaml', 'application/yaml', undefined],
    ['Kaweezle.Kaweezle.locale.en-US.yaml', 'application/yaml', undefined],
  ])('%s has its place in a release, under a name that GitHub keeps', (name, contentType, version) => {
    expect(placeInRelease(name)).toEqual({ name, contentType, version })
    expect(isKeptName(name)).toBe(true)
  })

  test.each([
    'Kaweezle.Kaweezle.yml',
    'Kaweezle.Kaweezle.locale.de-DE.yaml',
    'kaweezle.kaweezle.yaml',
    'winget/Kaweezle.Kaweezle.yaml',
    'kaweezle-linux-x64.sh',
    'kaweezle-latest.tgz',
  ])('%s has none', (name) => {
    expect(placeInRelease(name)).toBeUndefined()
  })
})
