import { expect, test } from 'vitest'
import { published } from './published.fixture.ts'
import { scoopManifest } from './scoop-manifest.ts'

const release = 'https://github.com/some/fork/releases/download'

test('Scoop is led to the archive of the release, with its digest', () => {
  const { version, homepage, license, architecture, bin } = JSON.parse(scoopManifest(published))
  expect({ version, homepage, license, bin }).toEqual({
    version: '1.2.3-rc.1',
    homepage: 'https://github.com/some/fork',
    license: 'Apache-2.0',
    bin: 'kaweezle.exe',
  })
  const { sha256 } = published.zip
  expect(architecture).toEqual({
    '64bit': { url: `${release}/v1.2.3-rc.1/kaweezle-windows-x64.zip`, hash: sha256 },
  })
  const rolling = JSON.parse(scoopManifest({ ...published, tag: 'latest' }))
  expect(rolling.architecture['64bit'].url).toBe(`${release}/latest/kaweezle-windows-x64.zip`)
})

test('Scoop finds later full releases by itself, and their digests', () => {
  const { checkver, autoupdate } = JSON.parse(scoopManifest({ ...published, tag: 'latest' }))
  // That of the homepage's repository, by /releases/latest.
  expect(checkver).toBe('github')
  expect(autoupdate).toEqual({
    architecture: { '64bit': { url: `${release}/v$version/kaweezle-windows-x64.zip` } },
    hash: { url: '$baseurl/SHA256SUMS' },
  })
})

test('Scoop says what to do with clusters before it removes the program', () => {
  const { notes } = JSON.parse(scoopManifest(published))
  expect(notes.join('\n')).toContain('kaweezle uninstall')
})
