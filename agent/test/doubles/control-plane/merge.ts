import type { Loose } from './objects.ts'

/** Lists that are merged entry by entry, and the fields that tell their entries apart. */
const listKeys: Record<string, string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  webhooks: ['name'],
  versions: ['name'],
  volumeClaimTemplates: [],
  conditions: ['type'],
  addresses: ['type'],
  taints: ['key', 'effect'],
  ownerReferences: ['uid'],
  hostAliases: ['ip'],
}

/** RFC 7386. */
export function mergePatch(target: Loose, patch: Loose): Loose {
  if (!isRecord(patch)) return patch
  const result: Record<string, Loose> = isRecord(target) ? { ...target } : {}
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field]
    else result[field] = mergePatch(result[field], value)
  }
  return result
}

/** A merge patch whose well-known lists are merged by key; `$patch` is obeyed, other directives are passed over. */
export function strategicPatch(target: Loose, patch: Loose): Loose {
  if (!isRecord(patch)) return patch
  if (patch['$patch'] === 'replace') return withoutDirectives(patch)
  const result: Record<string, Loose> = isRecord(target) ? { ...target } : {}
  for (const [field, value] of Object.entries(patch)) {
    if (field.startsWith('$deleteFromPrimitiveList/')) {
      const list = field.slice('$deleteFromPrimitiveList/'.length)
      result[list] = (result[list] ?? []).filter((item: Loose) => !value.includes(item))
    } else if (field.startsWith('$')) continue
    else if (value === null) delete result[field]
    else if (Array.isArray(value)) result[field] = strategicList(field, result[field] ?? [], value)
    else result[field] = strategicPatch(result[field], value)
  }
  return result
}

function strategicList(field: string, target: Loose[], patch: Loose[]): Loose[] {
  if (field === 'finalizers') return [...new Set([...target, ...patch])]
  const keys = keysOf(field, patch)
  if (!keys) return patch
  if (patch.some((item) => item?.['$patch'] === 'replace')) return patch.filter((item) => !item['$patch'])
  const result = [...target]
  for (const item of patch) {
    const at = result.findIndex((other) => sameKey(keys, other, item))
    if (item['$patch'] === 'delete') {
      if (at !== -1) result.splice(at, 1)
    } else if (at === -1) result.push(withoutDirectives(item))
    else result[at] = strategicPatch(result[at], item)
  }
  return result
}

/** The fields that identify the items of this list; nothing when it is replaced as a whole. */
export function keysOf(field: string, items: Loose[]): string[] | undefined {
  const first = items[0]
  if (!isRecord(first)) return undefined
  const keys =
    field === 'ports'
      ? [first['containerPort'] === undefined ? 'port' : 'containerPort', 'protocol']
      : listKeys[field]
  if (!keys || keys.length === 0) return undefined
  return items.every((item) => isRecord(item) && item[keys[0] ?? ''] !== undefined) ? keys : undefined
}

export function sameKey(keys: string[], left: Loose, right: Loose): boolean {
  return keys.every((key) => keyValue(left, key) === keyValue(right, key))
}

export function keyValue(item: Loose, key: string): Loose {
  return item?.[key] ?? (key === 'protocol' ? 'TCP' : undefined)
}

/** RFC 6902, without `copy` and `move`. */
export function jsonPatch(target: Loose, operations: Loose[]): Loose {
  const root = { root: structuredClone(target) }
  for (const { op, path, value } of operations) {
    const tokens = ['root', ...path.split('/').slice(1)].map((token: string) =>
      token.replaceAll('~1', '/').replaceAll('~0', '~'),
    )
    const last = tokens.pop() ?? ''
    let parent: Loose = root
    for (const token of tokens) {
      parent = parent?.[token]
      if (parent === undefined)
        throw new Error(`${op} operation does not apply: doc is missing path: "${path}"`)
    }
    const isList = Array.isArray(parent)
    if (op === 'test') {
      if (!equal(parent[last], value)) throw new Error(`testing value ${path} failed`)
    } else if (op === 'remove') {
      if (parent[last] === undefined)
        throw new Error(`remove operation does not apply: doc is missing path: "${path}"`)
      if (isList) parent.splice(Number(last), 1)
      else delete parent[last]
    } else if (isList && op === 'add') parent.splice(last === '-' ? parent.length : Number(last), 0, value)
    else parent[last] = value
  }
  return root.root
}

/** Deep equality of JSON values; the order of fields does not matter. */
export function equal(left: Loose, right: Loose): boolean {
  if (left === right) return true
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, at) => equal(item, right[at]))
  if (!isRecord(left) || !isRecord(right)) return false
  const fields = Object.keys(left).filter((field) => left[field] !== undefined)
  return (
    fields.length === Object.keys(right).filter((field) => right[field] !== undefined).length &&
    fields.every((field) => equal(left[field], right[field]))
  )
}

export function isRecord(value: unknown): value is Record<string, Loose> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutDirectives(value: Loose): Loose {
  if (Array.isArray(value)) return value.map(withoutDirectives)
  if (!isRecord(value)) return value
  const kept = Object.entries(value).filter(([field]) => !field.startsWith('$'))
  return Object.fromEntries(kept.map(([field, inner]) => [field, withoutDirectives(inner)]))
}
