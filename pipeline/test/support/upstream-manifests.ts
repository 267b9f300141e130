import { access } from 'node:fs/promises'
import { join } from 'node:path'

/** The genuine manifests, byte for byte what their projects published. */
export const manifestsFolder: string =
  process.env['KAWEEZLE_TEST_MANIFESTS'] ?? join(import.meta.dirname, '../../../../shared/manifests')

/** The genuine manifests by the names that the recipe gives them. */
export const manifestFiles: Readonly<Record<string, string>> = {
  flannel: join(manifestsFolder, 'kube-flannel.yml'),
  'local-path': join(manifestsFolder, 'local-path-storage.yaml'),
  metallb: join(manifestsFolder, 'metallb-native.yaml'),
  'metrics-server': join(manifestsFolder, 'components.yaml'),
}

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
