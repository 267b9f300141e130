import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { published } from './published.fixture.ts'
import { wingetManifests } from './winget-manifests.ts'

const files = wingetManifests(published)
const read = (name: string) => parse(files.get(`Kaweezle.Kaweezle${name}.yaml`) ?? '')

test('winget gets one file for the version, one for the installer, and one in English', () => {
  expect([...files.keys()]).toEqual([
    'Kaweezle.Kaweezle.yaml',
    'Kaweezle.Kaweezle.installer.yaml',
    'Kaweezle.Kaweezle.locale.en-US.yaml',
  ])
  for (const [type, name] of [
    ['version', ''],
    ['installer', '.installer'],
    ['defaultLocale', '.locale.en-US'],
  ] as const) {
    expect(read(name)).toMatchObject({
      PackageIdentifier: 'Kaweezle.Kaweezle',
      PackageVersion: '1.2.3-rc.1',
      ManifestType: type,
      ManifestVersion: '1.12.0',
    })
    expect(files.get(`Kaweezle.Kaweezle${name}.yaml`)).toMatch(
      new RegExp(
        `^# yaml-language-server: \\$schema=https://aka\\.ms/winget-manifest\\.${type}\\.1\\.12\\.0`,
      ),
    )
  }
  expect(read('')).toMatchObject({ DefaultLocale: 'en-US' })
})

test('winget installs the program of the archive as a command', () => {
  expect(read('.installer')).toMatchObject({
    InstallerType: 'zip',
    NestedInstallerType: 'portable',
    NestedInstallerFiles: [{ RelativeFilePath: 'kaweezle.exe', PortableCommandAlias: 'kaweezle' }],
    Installers: [
      {
        Architecture: 'x64',
        InstallerUrl: 'https://github.com/some/fork/releases/download/v1.2.3-rc.1/kaweezle-windows-x64.zip',
        InstallerSha256: '0123456789ABCDEF'.repeat(4),
      },
    ],
  })
})

test('winget shows where the program is from, and its licence', () => {
  expect(read('.locale.en-US')).toMatchObject({
    PackageLocale: 'en-US',
    Publisher: 'Kaweezle',
    PackageName: 'Kaweezle',
    License: 'Apache-2.0',
    ShortDescription: 'Installs clusters',
    PackageUrl: 'https://github.com/some/fork',
    ReleaseNotesUrl: 'https://github.com/some/fork/releases/tag/v1.2.3-rc.1',
  })
})
