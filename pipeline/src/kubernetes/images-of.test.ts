import { describe, expect, test } from 'vitest'
import { formatImageReference } from '../oci/reference.ts'
import { imagesOf } from './images-of.ts'

function images(text: string, options?: { floating: boolean }): string[] {
  return imagesOf(text, 'the manifest', options).map(formatImageReference)
}

const pod = (...containers: string[]) => ({
  containers: containers.map((image, index) => ({ name: `c${index}`, image })),
})

function resource(kind: string, spec: object): string {
  return JSON.stringify({ apiVersion: 'v1', kind, metadata: { namespace: 'n', name: 'x' }, spec })
}

describe('images are found', () => {
  test.each<readonly [string, string]>([
    ['in a pod', resource('Pod', pod('a:1'))],
    ...['Deployment', 'DaemonSet', 'StatefulSet', 'Job', 'ReplicaSet', 'ReplicationController'].map(
      (kind) => [`in a ${kind}`, resource(kind, { template: { spec: pod('a:1') } })] as const,
    ),
    ['in a CronJob', resource('CronJob', { jobTemplate: { spec: { template: { spec: pod('a:1') } } } })],
    ['in a PodTemplate', JSON.stringify({ kind: 'PodTemplate', template: { spec: pod('a:1') } })],
    ['in a custom resource', resource('Widget', { deep: [{ down: { podSpec: pod('a:1') } }] })],
    ['of init containers', resource('Pod', { initContainers: [{ image: 'a:1' }] })],
    ['of ephemeral containers', resource('Pod', { ephemeralContainers: [{ image: 'a:1' }] })],
    ['of volumes', resource('Pod', { volumes: [{ name: 'v', image: { reference: 'a:1' } }] })],
    [
      'in a List of a List',
      `{ kind: List, items: [{ kind: PodList, items: [${resource('Pod', pod('a:1'))}] }] }`,
    ],
    ['in the last document', `# nothing\n---\n---\nkind: Namespace\n---\n${resource('Pod', pod('a:1'))}\n`],
    [
      'in YAML that a ConfigMap holds',
      'kind: ConfigMap\ndata:\n  pod.yaml: |\n    kind: Pod\n    spec:\n      containers:\n      - image: a:1\n',
    ],
    [
      'in JSON that a ConfigMap holds',
      JSON.stringify({ kind: 'ConfigMap', data: { pod: resource('Pod', pod('a:1')) } }),
    ],
    [
      'in one of several documents that a ConfigMap holds',
      JSON.stringify({
        kind: 'ConfigMap',
        data: { all: `kind: A\n---\n${resource('Pod', pod('a:1'))}\n` },
      }),
    ],
    ['in text with carriage returns', resource('Pod', pod('a:1')).replace('{', '{\r\n')],
  ])('%s', (_, text) => {
    expect(images(text)).toEqual(['docker.io/library/a:1'])
  })

  test('once each, in full and in the order of names', () => {
    const text = [resource('Pod', pod('quay.io/b/c:2', 'b:1', 'a:2')), resource('Job', pod('a:1', 'b:1'))]
    expect(images(text.join('\n---\n'))).toEqual([
      'docker.io/library/a:1',
      'docker.io/library/a:2',
      'docker.io/library/b:1',
      'quay.io/b/c:2',
    ])
  })

  test('with the digest they are pinned to', () => {
    const digest = `sha256:${'ab'.repeat(32)}`
    expect(images(resource('Pod', pod(`a:1@${digest}`)))).toEqual([`docker.io/library/a:1@${digest}`])
  })
})

describe('nothing is an image', () => {
  test.each([
    ['in an empty stream', ''],
    ['in empty documents', '---\n# comment\n---\n'],
    [
      'in a property called image',
      resource('Widget', { image: 'a', images: ['a'], container: { image: 'a' } }),
    ],
    [
      'in the schemas of a custom resource definition',
      JSON.stringify({
        kind: 'CustomResourceDefinition',
        spec: { versions: [{ schema: { default: pod('a'), properties: { image: { type: 'string' } } } }] },
      }),
    ],
    ['in a container without one', resource('Pod', { containers: [{ name: 'c' }, { image: null }] })],
    ['in a container list that is a mapping', resource('Widget', { containers: { a: { image: 'a' } } })],
    ['in containers that are texts', resource('Widget', { containers: ['a', null, 1] })],
    [
      'in a script of a ConfigMap',
      JSON.stringify({ kind: 'ConfigMap', data: { s: 'containers: "\n- image: a' } }),
    ],
    ['in a ConfigMap without data', 'kind: ConfigMap\ndata: null'],
    ['in data that are no texts', 'kind: ConfigMap\ndata: { a: 1, containers: [] }'],
  ])('%s', (_, text) => {
    expect(images(text)).toEqual([])
  })
})

describe('refused with the name of the resource', () => {
  test.each([
    ['no tag', pod('busybox')],
    ['the tag latest', pod('docker.io/library/busybox:latest')],
    ['the tag latest beside a digest', pod(`a:latest@sha256:${'ab'.repeat(32)}`)],
    ['a digest alone', pod(`a@sha256:${'ab'.repeat(32)}`)],
    ['an empty text', pod('')],
    ['an upper-case repository', pod('docker.io/A:1')],
    ['a template', pod('{{ .Values.image }}')],
    ['a number', { containers: [{ image: 1.5 }] }],
    ['a mapping', { initContainers: [{ image: { repository: 'a', tag: '1' } }] }],
    ['a volume without a tag', { volumes: [{ image: { reference: 'a' } }] }],
  ])('an image that is %s', (_, spec) => {
    expect(() => images(resource('Deployment', { template: { spec } }))).toThrow(
      expect.objectContaining({
        code: 'RECIPE_INVALID',
        message: expect.stringContaining('the manifest: Deployment/n/x'),
      }),
    )
  })

  test('an image of a ConfigMap that has no tag', () => {
    const text = JSON.stringify({
      kind: 'ConfigMap',
      metadata: { name: 'cfg' },
      data: { pod: resource('Pod', pod('busybox')) },
    })
    expect(() => images(text)).toThrow("ConfigMap/cfg asks for the image 'busybox', which no tag fixes")
  })

  test('aliases in a text of a ConfigMap that could hide an image', () => {
    const data = { pod: 'a: &a { image: b }\ncontainers: [*a]' }
    expect(() => images(JSON.stringify({ kind: 'ConfigMap', metadata: { name: 'cfg' }, data }))).toThrow(
      "ConfigMap/cfg: its 'pod' cannot be read: aliases (*a) are not read",
    )
  })

  test('names that are no texts are left out', () => {
    const metadata = { name: { toString: 1 }, namespace: null }
    expect(() => images(JSON.stringify({ kind: 'Pod', metadata, spec: pod('busybox') }))).toThrow(
      "the manifest: Pod asks for the image 'busybox', which no tag fixes",
    )
  })

  test('control characters of a name are not shown', () => {
    const text = JSON.stringify({ kind: 'Pod', metadata: { name: '\u001b[2J' }, spec: pod('busybox') })
    expect(() => images(text)).toThrow('the manifest: Pod/\u{fffd}[2J asks')
  })
})

test('floating images are taken where they are patched later', () => {
  expect(images(resource('Pod', pod('busybox', 'a:1')), { floating: true })).toEqual([
    'docker.io/library/a:1',
    'docker.io/library/busybox:latest',
  ])
})

describe('a stream is refused', () => {
  const bomb = Array.from(
    { length: 12 },
    (_, level) => `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
  )
  test.each([
    ['that is no YAML', 'a: [', 'line 1: '],
    ['whose second document is no YAML', 'kind: A\n---\na: "', 'line 3: '],
    ['with an alias', 'a: &a 1\nb: *a', 'aliases (*a) are not read'],
    ['with an alias of what holds it', 'a: &a [*a]', 'aliases (*a) are not read'],
    ['with an alias bomb', ['a-1: &a-1 lol', ...bomb].join('\n'), 'aliases (*a-1) are not read'],
    ['with merge keys', 'a: &a { b: 1 }\nc: { <<: *a }', 'aliases (*a) are not read'],
    ['with a document that is a list', '- 1', 'one of its documents is no mapping'],
    ['with a document that is a text', 'kind: A\n---\nhello', 'one of its documents is no mapping'],
    ['that is nested too deeply', `a: ${'['.repeat(2000)}${']'.repeat(2000)}`, 'it is nested too deeply'],
    ['that would exhaust the stack', `a: ${'['.repeat(100_000)}`, 'it is nested too deeply'],
    ['that is too long', `# ${'x'.repeat(4 * 2 ** 20)}`, 'the limit is 4194304'],
  ])('%s', (_, text, problem) => {
    expect(() => images(text)).toThrow(
      expect.objectContaining({
        code: 'RECIPE_INVALID',
        message: expect.stringMatching(/^the manifest is not a stream of Kubernetes resources: /),
      }),
    )
    expect(() => images(text)).toThrow(problem)
  })

  test('not for a key called __proto__, which is a key like others', () => {
    expect(images('kind: A\n__proto__: { containers: [{ image: "a:1" }] }')).toEqual([
      'docker.io/library/a:1',
    ])
  })
})
