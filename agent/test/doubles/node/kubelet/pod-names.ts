import type { KubeObject } from '../../control-plane/objects.ts'
import type { RuntimeContainer, RuntimePod } from '../runtime/call.ts'
import type { Settings } from './settings.ts'

/** What a round has found. */
export interface World {
  settings: Settings
  pods: RuntimePod[]
  containers: RuntimeContainer[]
}

export function uidOf({ metadata }: KubeObject): string {
  return metadata.uid ?? ''
}

export function nameOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`
}
