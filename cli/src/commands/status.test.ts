import { expect, test } from 'vitest'
import { call, documentOf, said, started } from './program.fixture.ts'

test('a cluster that does not become ready ends with the status of a time-out', async () => {
  const on = await started('install')
  on.provider.broken.add(on.provider.machine.active ?? '')
  const { status, stderr, stdout } = await call('start', on)
  expect({ status, stdout }).toEqual({ status: 5, stdout: '' })
  expect(stderr).toContain('error: etcd is not ready')
})

test('status says what is not ready, and ends with 1 then', async () => {
  const on = await started()
  const unready = { schemaVersion: 1, state: 'starting', phase: 'workloads', agentVersion: '0.1.0' }
  const workloads = { count: 9, ready: 8, unready: [{ name: 'kube-system/coredns', reason: '0 of 1' }] }
  on.inside.set('/usr/bin/iknite status --json', said(JSON.stringify({ ...unready, workloads }), 1))
  const { status, stdout } = await call('status', on)
  expect(status).toBe(1)
  expect(stdout).toMatch(/^ready +no$/m)
  expect(stdout).toMatch(/^workloads +8 of 9 ready$/m)
  expect(stdout).toMatch(/^problem +kube-system\/coredns: 0 of 1$/m)
})

test('status of a ready cluster ends with 0; of a stopped and of an absent one with 1', async () => {
  const on = await started()
  const ready = await call('status -o json', on)
  expect(ready.status).toBe(0)
  expect(documentOf(ready)).toMatchObject({
    schemaVersion: 1,
    state: 'running',
    ready: true,
    server: 'https://127.0.0.1:6443',
    disk: { used: 1_024_000, free: 2_048_000_000 },
    problems: [],
  })
  await call('stop', on)
  expect(await call('status', on)).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/machine +stopped/),
  })
  expect(await call('status --name other', on)).toMatchObject({ status: 1 })
})

test('an agent that does not answer is a problem that status names', async () => {
  const on = await started()
  on.inside.set('/usr/bin/iknite status --json', said('Segmentation fault', 139))
  const called = await call('status -o json', on)
  expect(called.status).toBe(1)
  expect(documentOf(called)).toMatchObject({
    ready: false,
    problems: ['iknite status ended with status 139', 'it failed'],
  })
})
