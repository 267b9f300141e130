import { expect, test } from 'vitest'
import { applyConfig } from './apply.ts'
import { jsonPatch, mergePatch, strategicPatch } from './merge.ts'
import type { KubeObject, Loose } from './objects.ts'

function config(spec: Loose): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }
}

test('a field that is applied no longer goes away, and one of another manager stays', () => {
  const first = applyConfig(undefined, config({ replicas: 2, paused: true }), 'iknite')
  const second = applyConfig(first, config({ replicas: 2 }), 'helm')
  const third = applyConfig(second, config({}), 'iknite')
  expect(third.spec).toEqual({ replicas: 2 })
  expect(third.metadata.managedFields?.map(({ manager }) => manager).toSorted()).toEqual(['helm', 'iknite'])
})

test('containers are merged by name, and one that is applied no longer goes away', () => {
  const containers = (...names: string[]) =>
    config({ containers: names.map((name) => ({ name, image: `${name}:1` })) })
  const first = applyConfig(undefined, containers('a', 'b'), 'iknite')
  const live = { ...first, spec: { containers: [...first.spec.containers, { name: 'sidecar', image: 's' }] } }
  const second = applyConfig(live, containers('b'), 'iknite')
  expect(second.spec.containers.map(({ name }: Loose) => name)).toEqual(['b', 'sidecar'])
})

test('two ports of one number are told apart by their protocol', () => {
  const ports = [
    { containerPort: 53, protocol: 'UDP' },
    { containerPort: 53, protocol: 'TCP' },
  ]
  const first = applyConfig(undefined, config({ ports }), 'iknite')
  expect(applyConfig(first, config({ ports }), 'iknite')).toEqual(first)
})

test.each([
  ['merge: nothing deletes', mergePatch, { a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
  [
    'strategic: items by key',
    strategicPatch,
    { env: [{ name: 'A', value: '1' }] },
    { env: [{ name: 'B', value: '2' }] },
    {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    },
  ],
  [
    'strategic: an item deleted',
    strategicPatch,
    { env: [{ name: 'A' }] },
    { env: [{ name: 'A', $patch: 'delete' }] },
    { env: [] },
  ],
  [
    'strategic: the order is passed over',
    strategicPatch,
    { a: 1 },
    { '$setElementOrder/env': [{ name: 'A' }] },
    { a: 1 },
  ],
  [
    'json: add, replace, remove',
    jsonPatch,
    { a: [1], b: 2, c: 3 },
    [
      { op: 'add', path: '/a/-', value: 9 },
      { op: 'replace', path: '/b', value: 5 },
      { op: 'remove', path: '/c' },
    ],
    { a: [1, 9], b: 5 },
  ],
])('a patch, %s', (_, patch, before, change, after) => {
  expect(patch(before, change as Loose)).toEqual(after)
})
