import { access } from 'node:fs/promises'
import { join } from 'node:path'

/** The genuine manifests, byte for byte what their projects published. */
export const manifestsFolder: string =
  process.env['KAWEEZLE_TEST_MANIFESTS'] ?? join(import.meta.dirname, '../../../../shared/manifests')

interface UpstreamManifest {
  readonly file: string
  readonly url: string
  readonly tag: string
  readonly sha256: string
}

/** What their projects published, and what it is known by. */
export const upstreamManifests: Readonly<Record<string, UpstreamManifest>> = {
  flannel: {
    file: 'kube-flannel.yml',
    url: 'https://raw.githubusercontent.com/flannel-io/flannel/v0.28.9/Documentation/kube-flannel.yml',
    tag: 'v0.28.9',
    sha256: 'e875824be2f552b45711dbda91af81b17eb961d00025d914d9fef18fad8f09c0',
  },
  'local-path': {
    file: 'local-path-storage.yaml',
    url: 'https://raw.githubusercontent.com/rancher/local-path-provisioner/v0.0.37/deploy/local-path-storage.yaml',
    tag: 'v0.0.37',
    sha256: '9781b39c24f3f651bd6d6e41b561e04e4904bbdb6d4f8c7a6009df3a702dcd65',
  },
  metallb: {
    file: 'metallb-native.yaml',
    url: 'https://raw.githubusercontent.com/metallb/metallb/v0.16.1/config/manifests/metallb-native.yaml',
    tag: 'v0.16.1',
    sha256: 'bf25feebb7582ca7df845efd52ffbc2960d6cbf4cfc972f47fded9f788b67f0b',
  },
  'metrics-server': {
    file: 'components.yaml',
    url: 'https://github.com/kubernetes-sigs/metrics-server/releases/download/v0.9.0/components.yaml',
    tag: 'v0.9.0',
    sha256: '1cec29a5267809306a2c6ec74a3e449abbb705b4a8beed0c8a1963910f72c79b',
  },
}

/** Where the genuine manifests are, by the names that the recipe gives them. */
export const manifestFiles: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(upstreamManifests).map(([name, { file }]) => [name, join(manifestsFolder, file)]),
)

/** Which of {@link manifestFiles} is not there; nothing when all are. */
export async function manifestsMissing(): Promise<string | undefined> {
  for (const file of Object.values(manifestFiles)) {
    try {
      await access(file)
    } catch {
      return `there is no ${file}; KAWEEZLE_TEST_MANIFESTS can name another folder`
    }
  }
  return undefined
}
