import { type PublicKey, publicKeyLine } from '@kaweezle/release-format/minisign-key.ts'
import { checksumsFile } from '@kaweezle/release-format/release-files.ts'
import type { Contents } from './contents.ts'

/** What a release says of itself where nobody wrote notes, in Markdown. */
export function releaseNotes({ version, manifests }: Contents, key: PublicKey | undefined): string {
  const { kubernetesVersion, agentVersion } = manifests[0] ?? {}
  const architectures = manifests.map(({ architecture }) => architecture).join(' and ')
  const parts = [
    ...(kubernetesVersion === undefined ? [] : [`Kubernetes ${kubernetesVersion}`]),
    ...(agentVersion === undefined ? [] : [`iknite ${agentVersion}`]),
  ]
  const holds = parts.length === 0 ? '' : `: ${parts.join(', ')}`
  const commands = [
    ...(key === undefined ? [] : [`minisign -Vm ${checksumsFile} -P ${publicKeyLine(key)}`]),
    `sha256sum --check --ignore-missing ${checksumsFile}`,
  ]
  return [
    `Version ${version} for ${architectures}${holds}.`,
    '',
    'To check what you downloaded:',
    '',
    '```sh',
    ...commands,
    '```',
  ].join('\n')
}
