import { equal, isRecord, keysOf, keyValue, sameKey } from './merge.ts'
import type { KubeObject, Loose, Metadata } from './objects.ts'

type FieldSet = { [path: string]: FieldSet }
type ManagedFields = NonNullable<Metadata['managedFields']>[number]

const notOwned = new Set(['apiVersion', 'kind', 'managedFields'])

/**
 * Server-side apply: `config` wins, what this manager applied before and no longer names goes away unless another
 * manager has it too. Conflicts are not looked for, as if always forced.
 */
export function applyConfig(live: KubeObject | undefined, config: KubeObject, manager: string): KubeObject {
  const entries = live?.metadata.managedFields ?? []
  const mine = entries.find((entry) => entry.manager === manager && entry.operation === 'Apply')
  const others = entries.filter((entry) => entry !== mine)
  const fields = withoutIdentity(fieldsOf(config))
  const merged = merge(live ?? {}, config)
  const dropped = mine ? subtract(mine['fieldsV1'] as FieldSet, fields) : {}
  const othersHave = others.reduce<FieldSet>(
    (all, entry) => union(all, (entry['fieldsV1'] ?? {}) as FieldSet),
    {},
  )
  const result = prune(merged, subtract(dropped, othersHave))
  const entry: ManagedFields = {
    manager,
    operation: 'Apply',
    apiVersion: config.apiVersion,
    time:
      mine && equal(mine['fieldsV1'], fields) ? mine['time'] : new Date().toISOString().replace(/\.\d+/, ''),
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
  }
  const managedFields = [entry, ...others]
  return { ...result, metadata: { ...result.metadata, managedFields } }
}

/** Notes that `manager` made or changed the object by other means than apply. */
export function noteUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  manager: string,
): Metadata['managedFields'] {
  const entries = before?.metadata.managedFields ?? []
  const changed = withoutIdentity(changedFields(before ?? {}, after))
  if (Object.keys(changed).length === 0) return entries
  const mine = entries.find((entry) => entry.manager === manager && entry.operation === 'Update')
  const entry: ManagedFields = {
    manager,
    operation: 'Update',
    apiVersion: after.apiVersion,
    time: new Date().toISOString().replace(/\.\d+/, ''),
    fieldsType: 'FieldsV1',
    fieldsV1: union((mine?.['fieldsV1'] ?? {}) as FieldSet, changed),
  }
  return [...entries.filter((other) => other !== mine), entry]
}

function merge(live: Loose, config: Loose, field = ''): Loose {
  if (isRecord(config)) {
    const result: Record<string, Loose> = isRecord(live) ? { ...live } : {}
    for (const [name, value] of Object.entries(config)) {
      if (value !== null) result[name] = merge(result[name], value, name)
    }
    return result
  }
  if (!Array.isArray(config) || !Array.isArray(live)) return config
  const keys = keysOf(field, config)
  if (!keys) return config
  const mergedItems = config.map((item) =>
    merge(
      live.find((other) => sameKey(keys, other, item)),
      item,
    ),
  )
  const more = live.filter((item) => !config.some((other) => sameKey(keys, other, item)))
  // The order of the server is kept while the items are the same, so that nothing changes by applying again.
  const all = [...mergedItems, ...more]
  const inOrder = live.map((item) => all.find((other) => sameKey(keys, other, item)))
  return all.length === live.length && inOrder.every(Boolean) ? inOrder : all
}

function fieldsOf(value: Loose, field = ''): FieldSet {
  if (isRecord(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== null && inner !== undefined)
        .map(([name, inner]) => [`f:${name}`, fieldsOf(inner, name)]),
    )
  const keys = Array.isArray(value) ? keysOf(field, value) : undefined
  if (!keys) return {}
  return Object.fromEntries(value.map((item: Loose) => [itemKey(keys, item), { '.': {}, ...fieldsOf(item) }]))
}

function itemKey(keys: string[], item: Loose): string {
  return `k:${JSON.stringify(Object.fromEntries(keys.map((key) => [key, keyValue(item, key)])))}`
}

function changedFields(before: Loose, after: Loose): FieldSet {
  if (!isRecord(after)) return {}
  const changed = Object.entries(after).filter(([name, value]) => !equal(value, before?.[name]))
  return Object.fromEntries(
    changed.map(([name, value]) => [
      `f:${name}`,
      isRecord(value) && isRecord(before?.[name])
        ? changedFields(before[name], value)
        : fieldsOf(value, name),
    ]),
  )
}

function withoutIdentity(fields: FieldSet): FieldSet {
  const kept = Object.entries(fields).filter(([path]) => !notOwned.has(path.slice(2)))
  const { 'f:metadata': metadata, ...rest } = Object.fromEntries(kept)
  const own = Object.entries(metadata ?? {}).filter(([path]) =>
    /^f:(labels|annotations|finalizers|ownerRef)/.test(path),
  )
  return { ...rest, ...(own.length > 0 && { 'f:metadata': Object.fromEntries(own) }) }
}

function subtract(from: FieldSet, what: FieldSet): FieldSet {
  const rest: FieldSet = {}
  for (const [path, inner] of Object.entries(from)) {
    const other = what[path]
    if (!other) rest[path] = inner
    else {
      const left = subtract(inner, other)
      if (Object.keys(left).length > 0) rest[path] = left
    }
  }
  return rest
}

function union(left: FieldSet, right: FieldSet): FieldSet {
  const all: FieldSet = { ...left }
  for (const [path, inner] of Object.entries(right)) all[path] = all[path] ? union(all[path], inner) : inner
  return all
}

/** Takes the fields of `gone` out of an object; a map or an item goes away whole when all of it is named. */
function prune(value: Loose, gone: FieldSet): Loose {
  let result: Loose = Array.isArray(value) ? [...value] : { ...value }
  for (const [path, inner] of Object.entries(gone)) {
    const isLeaf = Object.keys(inner).length === 0 || '.' in inner
    if (path.startsWith('f:')) {
      const name = path.slice(2)
      if (result?.[name] === undefined) continue
      if (!isLeaf) result[name] = prune(result[name], inner)
      if (isLeaf || isEmpty(result[name])) delete result[name]
    } else if (path.startsWith('k:') && Array.isArray(result)) {
      const key = JSON.parse(path.slice(2))
      const is = (item: Loose) => sameKey(Object.keys(key), item, key)
      result = isLeaf
        ? result.filter((item) => !is(item))
        : result.map((item) => (is(item) ? prune(item, inner) : item))
    }
  }
  return result
}

function isEmpty(value: Loose): boolean {
  return (Array.isArray(value) && value.length === 0) || (isRecord(value) && Object.keys(value).length === 0)
}
