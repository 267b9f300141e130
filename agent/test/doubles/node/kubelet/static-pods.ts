import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { rest } from '../../control-plane/component.ts'
import type { KubeObject } from '../../control-plane/objects.ts'
import { codeOf, log } from '../../control-plane/running.ts'
import type { Settings } from './settings.ts'

/** Reads the manifests at once and whenever the folder changes. */
export async function watchManifests(
  { manifests, node }: Settings,
  found: (pods: KubeObject[]) => void,
  signal: AbortSignal,
): Promise<void> {
  if (manifests === undefined) return
  mkdirSync(manifests, { recursive: true, mode: 0o700 })
  const look = () => found(readManifests(manifests, node))
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(manifests, () => {
    // A file is often seen half written.
    clearTimeout(timer)
    timer = setTimeout(look, 50)
  })
  watcher.on('error', (error) => log('E', `watch of ${manifests}: ${error.message}`))
  look()
  while (!signal.aborted) {
    // What the real kubelet checks every 20 seconds, should the watch have missed something.
    await rest(20_000, signal)
    look()
  }
  watcher.close()
}

function readManifests(folder: string, node: string): KubeObject[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const path = join(folder, name)
      try {
        return [staticPod(readFileSync(path, 'utf8'), node)]
      } catch (error) {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EISDIR') return []
        log(
          'E',
          `"Could not process manifest file" err="${path}: couldn't parse as pod(yaml: ${String(error)}), please check config file" path="${path}"`,
        )
        return []
      }
    })
}

function staticPod(text: string, node: string): KubeObject {
  const pod: KubeObject = parse(text)
  if (pod?.kind !== 'Pod' || !pod.spec?.containers?.[0]?.image) throw new Error('it is no pod')
  const hash = createHash('md5').update(node).update(text).digest('hex')
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name: `${pod.metadata.name}-${node}`,
      namespace: pod.metadata.namespace ?? 'default',
      uid: hash,
      annotations: {
        ...pod.metadata.annotations,
        'kubernetes.io/config.hash': hash,
        'kubernetes.io/config.seen': new Date().toISOString(),
        'kubernetes.io/config.source': 'file',
      },
    },
    spec: { ...pod.spec, nodeName: node, restartPolicy: 'Always' },
  }
}
