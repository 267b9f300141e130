import { contentKeys, type NamedAccess, ownEntry } from '../kubeconfig/own-entries.ts'
import { documentText } from '../output/document.ts'
import { accessTo } from './cluster-access.ts'
import type { Run } from './command.ts'
import { openRunning } from './running-cluster.ts'

/** `kaweezle kubeconfig` */
export const kubeconfig: Run = async (command) => {
  const { agent, state } = await openRunning(command)
  const document = documentOf(await accessTo(agent, state))
  return { text: await documentText(document, 'yaml'), document }
}

function documentOf(access: NamedAccess) {
  const entry = (list: keyof typeof contentKeys) => {
    const { name, [contentKeys[list]]: content } = ownEntry(list, access)
    // The mark tells entries of ours from others of the same file; here there are no others.
    const { extensions: _, ...rest } = content as Record<string, unknown>
    return { name, [contentKeys[list]]: rest }
  }
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [entry('clusters')],
    users: [entry('users')],
    contexts: [entry('contexts')],
    'current-context': access.name,
  }
}
