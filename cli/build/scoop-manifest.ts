import type { Published } from './published.ts'

/** How Scoop installs a release (https://github.com/ScoopInstaller/Scoop/blob/master/schema.json). */
export function scoopManifest({ version, description, repository, tag, zip }: Published): string {
  const homepage = `https://github.com/${repository}`
  const url = (at: string) => `${homepage}/releases/download/${at}/${zip.name}`
  const manifest = {
    version,
    description,
    homepage,
    license: 'Apache-2.0',
    notes: [
      'kaweezle start makes a cluster in WSL 2 and adds it to your kubeconfig.',
      'Clusters stay when Scoop removes the program: run kaweezle uninstall before.',
    ],
    architecture: { '64bit': { url: url(tag), hash: zip.sha256 } },
    bin: 'kaweezle.exe',
    // The newest full release: a rolling one is a pre-release, and does not count there.
    checkver: 'github',
    autoupdate: {
      architecture: { '64bit': { url: url('v$version') } },
      hash: { url: '$baseurl/SHA256SUMS' },
    },
  }
  return `${JSON.stringify(manifest, undefined, 4)}\n`
}
