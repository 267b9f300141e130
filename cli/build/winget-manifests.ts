import { stringify } from 'yaml'
import type { Published } from './published.ts'

const identifier = 'Kaweezle.Kaweezle'
const schema = '1.12.0'
const locale = 'en-US'

/**
 * The three files of winget-pkgs, by name, which takes no single one
 * (https://github.com/microsoft/winget-pkgs/tree/master/doc/manifest/schema/1.12.0).
 */
export function wingetManifests(published: Published): ReadonlyMap<string, string> {
  const { version, description, repository, tag, zip } = published
  const home = `https://github.com/${repository}`
  const file = (type: string, fields: object) =>
    `# yaml-language-server: $schema=https://aka.ms/winget-manifest.${type}.${schema}.schema.json\n\n${stringify(
      {
        PackageIdentifier: identifier,
        PackageVersion: version,
        ...fields,
        ManifestType: type,
        ManifestVersion: schema,
      },
    )}`
  const installer = {
    InstallerType: 'zip',
    NestedInstallerType: 'portable',
    NestedInstallerFiles: [{ RelativeFilePath: 'kaweezle.exe', PortableCommandAlias: 'kaweezle' }],
    Commands: ['kaweezle'],
    Installers: [
      {
        Architecture: 'x64',
        InstallerUrl: `${home}/releases/download/${tag}/${zip.name}`,
        InstallerSha256: zip.sha256.toUpperCase(),
      },
    ],
  }
  const inEnglish = {
    PackageLocale: locale,
    Publisher: 'Kaweezle',
    PublisherUrl: home,
    PublisherSupportUrl: `${home}/issues`,
    PackageName: 'Kaweezle',
    PackageUrl: home,
    License: 'Apache-2.0',
    LicenseUrl: `${home}/blob/${tag}/LICENSE`,
    ShortDescription: description,
    Moniker: 'kaweezle',
    Tags: ['cluster', 'k8s', 'kubernetes', 'wsl'],
    ReleaseNotesUrl: `${home}/releases/tag/${tag}`,
  }
  return new Map([
    [`${identifier}.yaml`, file('version', { DefaultLocale: locale })],
    [`${identifier}.installer.yaml`, file('installer', installer)],
    [`${identifier}.locale.${locale}.yaml`, file('defaultLocale', inEnglish)],
  ])
}
