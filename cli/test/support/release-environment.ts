import { publicKeyLine, type SecretKey } from '@kaweezle/release-format/minisign-key.ts'
import type { ReleaseServer } from './release-server.ts'

/** For whoever is to install what a server has, signed by a key. */
export function releaseEnvironment(server: ReleaseServer, key: SecretKey): Readonly<Record<string, string>> {
  return {
    KAWEEZLE_GITHUB_API: server.apiUrl,
    KAWEEZLE_REPOSITORY: server.repository,
    KAWEEZLE_CA_FILE: server.caFile,
    KAWEEZLE_PUBLIC_KEY: publicKeyLine(key),
  }
}
