import { Failure } from './failure.ts'
import type { KubeObject, Loose } from './objects.ts'
import type { Resource } from './resources.ts'
import { selects } from './selectors.ts'
import { keyOf, type Store } from './store.ts'

/**
 * Refuses what a webhook with `failurePolicy: Fail` would have to see while nobody answers there. When somebody does,
 * the doubles take all for valid.
 */
export function checkWebhooks(store: Store, resource: Resource, operation: string): void {
  for (const plural of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'])
    for (const { webhooks = [] } of store.list(
      keyOf({ ...resource, group: 'admissionregistration.k8s.io', plural }),
    ))
      for (const webhook of webhooks) {
        if ((webhook.failurePolicy ?? 'Fail') !== 'Fail' || !covers(webhook.rules ?? [], resource, operation))
          continue
        const problem = unreachable(store, webhook.clientConfig?.service)
        if (!problem) continue
        const message = `Internal error occurred: failed calling webhook "${webhook.name}": failed to call webhook: ${problem}`
        throw new Failure(500, 'InternalError', message, { causes: [{ message: problem }] })
      }
}

function covers(rules: Loose[], { group, version, plural }: Resource, operation: string): boolean {
  const has = (list: string[] = [], wanted: string) => list.includes(wanted) || list.includes('*')
  return rules.some(
    (rule) =>
      has(rule.apiGroups, group) &&
      has(rule.apiVersions, version) &&
      has(rule.resources, plural) &&
      has(rule.operations, operation),
  )
}

function unreachable(store: Store, target: Loose): string | undefined {
  if (!target) return undefined
  const { namespace, name, path = '/', port = 443 } = target
  const url = `https://${name}.${namespace}.svc:${port}${path}?timeout=10s`
  const core = { group: '', version: 'v1' } as Resource
  const service = store.get(keyOf({ ...core, plural: 'services' }, namespace, name))
  if (!service) return `Post "${url}": service "${name}" not found`
  const selector = { matchLabels: service.spec?.selector ?? {} }
  const pods = store.list(keyOf({ ...core, plural: 'pods' }, namespace))
  const deployments = store.list(keyOf({ ...core, group: 'apps', plural: 'deployments' }, namespace))
  const answers =
    pods.some((pod) => selects(selector, pod.metadata.labels) && isReady(pod)) ||
    deployments.some(
      ({ spec, status }) =>
        selects(selector, spec?.template?.metadata?.labels) && (status?.readyReplicas ?? 0) > 0,
    )
  return answers
    ? undefined
    : `Post "${url}": dial tcp ${service.spec?.clusterIP}:${port}: connect: connection refused`
}

export function isReady(pod: KubeObject): boolean {
  const conditions: Loose[] = pod.status?.conditions ?? []
  return (
    !pod.metadata.deletionTimestamp &&
    conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  )
}
