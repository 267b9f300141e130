import type { Run } from './command.ts'

/** `kaweezle version` */
export const version: Run = async ({ version, settings: { output } }) => ({
  text: versionText(version),
  document: output === 'text' ? undefined : versionDocument(version),
})

/** Shared with the fast path of the program, which loads nothing else. */
export function versionText(version: string): string {
  return `kaweezle ${version}\n`
}

function versionDocument(version: string): object {
  return { version, node: process.versions.node, platform: process.platform, arch: process.arch }
}
