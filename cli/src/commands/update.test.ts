import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { call, documentOf, machinery, started } from './program.fixture.ts'

test('an install of another release says that update is what is wanted', async () => {
  const on = await started('install')
  const { status, stderr } = await call('install --release v2.0.0', on)
  expect(status).toBe(0)
  expect(stderr).toContain('installed from 1.0.0 and stays so; `kaweezle update` takes it to v2.0.0')
  expect((await call('install --release v1.0.0', on)).stderr).toBe('')
})

test('update keeps the data, and rollback goes back', async () => {
  const on = await started()
  on.offered.set('latest', '2.0.0')
  const updated = documentOf(await call('update -o json', on))
  expect(updated).toMatchObject({
    changed: true,
    release: { version: '2.0.0' },
    former: { version: '1.0.0' },
  })
  expect(on.provider.machine.data).toHaveLength(2)
  const back = documentOf(await call('rollback -o json', on))
  expect(back).toMatchObject({ release: { version: '1.0.0' }, former: { version: '2.0.0' } })
  expect(documentOf(await call('status -o json', on))).toMatchObject({
    release: { version: '1.0.0' },
    former: { version: '2.0.0' },
  })
})

test('an update to what is installed does nothing', async () => {
  const on = await started()
  const called = await call('update -o json', on)
  expect(documentOf(called)).toMatchObject({ changed: false })
  expect(called.stderr).not.toContain('Stopping')
})

test('an update that fails goes back by itself, and says so', async () => {
  const on = await started()
  on.offered.set('latest', '2.0.0')
  const { importRootfs } = on.provider
  on.provider.importRootfs = (name, rootfs, tarball) => {
    on.provider.broken.add(rootfs)
    return importRootfs(name, rootfs, tarball)
  }
  const called = await call('update -o json', on)
  expect(called.status).toBe(1)
  expect(documentOf(called)).toMatchObject({
    error: {
      code: 'UPDATE_UNDONE',
      message: 'the update of kaweezle to 2.0.0 failed, and 1.0.0 is running again: etcd is not ready',
    },
  })
  expect(on.provider.machine.isReady).toBe(true)
})

test('an older release is refused with the status for verification, unless it is allowed', async () => {
  const on = machinery()
  on.offered.set('latest', '2.0.0').set('v1.0.0', '1.0.0')
  await call('start', on)
  expect(await call('update --release v1.0.0', on)).toMatchObject({ status: 3, stdout: '' })
  expect(await call('update --release v1.0.0 --allow-downgrade', on)).toMatchObject({ status: 0 })
})

test.each(['update', 'rollback', 'exec ls', 'kubeconfig', 'logs'])(
  '%s of the absent fails, and says what to do',
  async (line) => {
    const { status, stderr, stdout } = await call(line, machinery())
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('hint: Run `kaweezle start --name kaweezle`')
  },
)

test('a rollback without an update before has nothing to go back to', async () => {
  const { status, stderr } = await call('rollback', await started())
  expect(status).toBe(1)
  expect(stderr).toContain('error: kaweezle was not updated')
})

test('what a killed command left is told by status, and put in order by start', async () => {
  const on = await started()
  on.offered.set('latest', '2.0.0')
  Object.assign(on.trap, { mode: 'kill', after: on.trap.calls + 6 })
  expect(await call('update', on)).toMatchObject({ status: 1 })
  Object.assign(on.trap, { isDead: false, after: Number.POSITIVE_INFINITY })
  const status = await call('status -o json', on)
  expect(documentOf(status)).toMatchObject({ unfinished: 'update' })
  expect(status.stderr).toContain('the last update of kaweezle has not ended')
  expect((await call('list', on)).stderr).toContain('the last update of kaweezle has not ended')
  const { stderr } = await call('start', on)
  expect(stderr).toContain('was cut off')
  expect(documentOf(await call('status -o json', on))).not.toHaveProperty('unfinished')
})

test('a kubeconfig that is broken by now does not make an update that succeeded a failure', async () => {
  const on = await started()
  on.offered.set('latest', '2.0.0')
  await writeFile(on.kubeconfig, 'contexts: [')
  const called = await call('update -o json', on)
  expect(called.status).toBe(0)
  expect(documentOf(called)).toMatchObject({ changed: true })
  expect(called.stderr).toContain('warning: the context was not merged')
})

test('an update that would not fit is refused before the cluster is touched', async () => {
  const on = await started()
  on.offered.set('latest', '2.0.0')
  on.freeBytes = 1e9
  expect(await call('update', on)).toMatchObject({ status: 1, stderr: expect.stringContaining('are needed') })
  expect(on.provider.machine.isReady).toBe(true)
})

test('the data of a cluster that is stopped count too', async () => {
  const on = await started()
  on.offered.set('latest', '2.0.0')
  await call('stop', on)
  on.dataBytes = 2e12
  expect(await call('update', on)).toMatchObject({ status: 1, stderr: expect.stringContaining('are needed') })
})

test('a rollback whose copy of the data would not fit is refused before the cluster is touched', async () => {
  const on = await started()
  on.offered.set('latest', '2.0.0')
  await call('update', on)
  on.freeBytes = 1e6
  expect(await call('rollback', on)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('are needed'),
  })
  expect(on.provider.machine.isReady).toBe(true)
})
