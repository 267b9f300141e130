import { describe, expect, test } from 'vitest'
import { judge, type WorkloadKind, workloadSchema } from './workloads.ts'

const metadata = { name: 'coredns', namespace: 'kube-system', generation: 2 }
const seen = { observedGeneration: 2 }
const available = { type: 'Available', status: 'True' }

function lackOf(kind: WorkloadKind, spec: object, status: object, more: object = {}): string {
  const { isReady, reason, name } = judge(
    kind,
    workloadSchema.parse({ metadata: { ...metadata, ...more }, spec, status }),
  )
  expect(name).toBe(`kube-system/${kind.toLowerCase()}/coredns`)
  expect(isReady).toBe(reason === '')
  return reason
}

describe('a Deployment', () => {
  const full = {
    ...seen,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    conditions: [available],
  }
  test.each<[string, object, object, string]>([
    ['with all replicas is ready', { replicas: 2 }, full, ''],
    ['of no replicas is ready', { replicas: 0 }, { ...seen, conditions: [available] }, ''],
    [
      'without a number wants one',
      {},
      { ...full, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
      '',
    ],
    ['that nobody has looked at is not', {}, {}, 'its controller has not seen it yet'],
    [
      'whose change nobody has looked at is not',
      { replicas: 2 },
      { ...full, observedGeneration: 1 },
      'its controller has not seen it yet',
    ],
    ['with old replicas is not', { replicas: 2 }, { ...full, updatedReplicas: 1 }, '1 of 2 replicas updated'],
    [
      'whose old replicas end is not',
      { replicas: 2 },
      { ...full, replicas: 3 },
      '1 old replicas are still there',
    ],
    [
      'with few available replicas is not',
      { replicas: 2 },
      { ...full, availableReplicas: 0 },
      '0 of 2 replicas available',
    ],
    [
      'with few ready replicas is not',
      { replicas: 2 },
      { ...full, readyReplicas: 1 },
      '1 of 2 replicas ready',
    ],
    [
      'past its deadline failed',
      { replicas: 2 },
      {
        ...full,
        conditions: [
          {
            type: 'Progressing',
            status: 'False',
            reason: 'ProgressDeadlineExceeded',
            message: 'timed out progressing',
          },
        ],
      },
      'it failed to progress: timed out progressing',
    ],
    [
      'that is said to be unavailable is not',
      { replicas: 2 },
      { ...full, conditions: [{ type: 'Available', status: 'False', message: 'no minimum' }] },
      'no minimum',
    ],
  ])('%s', (_title, spec, status, reason) => expect(lackOf('Deployment', spec, status)).toBe(reason))
})

describe('a StatefulSet', () => {
  const full = {
    ...seen,
    replicas: 3,
    readyReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    currentRevision: 'a',
    updateRevision: 'a',
  }
  const partition = {
    replicas: 3,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
  }
  test.each<[string, object, object, string]>([
    ['with all replicas is ready', { replicas: 3 }, full, ''],
    [
      'that is updated by deletion is ready as it is',
      { replicas: 3, updateStrategy: { type: 'OnDelete' } },
      seen,
      '',
    ],
    [
      'with its part beyond the partition updated is ready',
      partition,
      { ...full, updatedReplicas: 1, updateRevision: 'b' },
      '',
    ],
    ['with too little of that is not', partition, { ...full, updatedReplicas: 0 }, '0 of 1 replicas updated'],
    ['with few replicas is not', { replicas: 3 }, { ...full, replicas: 1 }, '1 of 3 replicas made'],
    [
      'with few ready replicas is not',
      { replicas: 3 },
      { ...full, readyReplicas: 2 },
      '2 of 3 replicas ready',
    ],
    ['with too many replicas is not', { replicas: 1 }, full, '2 replicas too many'],
    ['with old replicas is not', { replicas: 3 }, { ...full, currentReplicas: 1 }, '1 of 3 replicas current'],
    [
      'in the middle of an update is not',
      { replicas: 3 },
      { ...full, updateRevision: 'b' },
      'an update of it is not done',
    ],
  ])('%s', (_title, spec, status, reason) => expect(lackOf('StatefulSet', spec, status)).toBe(reason))
})

describe('a DaemonSet', () => {
  const full = {
    ...seen,
    desiredNumberScheduled: 1,
    currentNumberScheduled: 1,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
    numberReady: 1,
  }
  test.each<[string, object, string]>([
    ['with all pods is ready', full, ''],
    ['that no node wants is ready', { ...seen, desiredNumberScheduled: 0 }, ''],
    ['that nobody has counted is not', seen, 'its controller has not seen it yet'],
    ['with few pods is not', { ...full, currentNumberScheduled: 0 }, '0 of 1 pods scheduled'],
    ['with old pods is not', { ...full, updatedNumberScheduled: 0 }, '0 of 1 pods updated'],
    ['with few available pods is not', { ...full, numberAvailable: undefined }, '0 of 1 pods available'],
    ['with few ready pods is not', { ...full, numberReady: 0 }, '0 of 1 pods ready'],
  ])('%s', (_title, status, reason) => expect(lackOf('DaemonSet', {}, status)).toBe(reason))
})

describe('a Job', () => {
  test.each<[string, object, object, string]>([
    ['that is done is ready', {}, { conditions: [{ type: 'Complete', status: 'True' }] }, ''],
    ['that runs is ready', {}, { startTime: '2026-01-01T00:00:00Z', active: 1 }, ''],
    ['that waits for a go is ready', { suspend: true }, {}, ''],
    ['that has not started is not', {}, {}, 'it has not started'],
    [
      'that failed is not',
      {},
      {
        startTime: '2026-01-01T00:00:00Z',
        conditions: [
          { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'too often' },
        ],
      },
      'it failed: too often',
    ],
    [
      'that did not fail after all is ready',
      {},
      { startTime: 'x', conditions: [{ type: 'Failed', status: 'False' }] },
      '',
    ],
  ])('%s', (_title, spec, status, reason) => expect(lackOf('Job', spec, status)).toBe(reason))
})

test.each<WorkloadKind>(['Deployment', 'StatefulSet', 'DaemonSet', 'Job'])(
  'a %s that is being deleted is not ready',
  (kind) => {
    const deletionTimestamp = '2026-01-01T00:00:00Z'
    expect(lackOf(kind, {}, seen, { deletionTimestamp })).toBe('it is being deleted')
  },
)

test.each([
  ['no name', { metadata: { namespace: 'a' } }],
  ['a text for a number', { metadata, spec: { replicas: '1' } }],
  ['a list for a status', { metadata, status: [] }],
])('an object with %s is refused', (_title, object) =>
  expect(workloadSchema.safeParse(object).success).toBe(false),
)
