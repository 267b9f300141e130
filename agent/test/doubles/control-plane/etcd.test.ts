import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createCluster } from './cluster.fixture.ts'
import { takeLock } from './etcd-lock.ts'
import { openEtcdLog } from './etcd-log.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kaweezle-etcd-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

test('a database cut anywhere has every write that is whole, and takes more', async () => {
  const path = join(await folder(), 'db')
  const log = await openEtcdLog(path)
  for (let count = 0; count < 5; count++) await log.commit([{ key: `key-${count}`, value: `välue ${count}` }])
  await log.commit([{ key: 'key-0' }])
  await log.close()
  const bytes = await readFile(path)
  const header = bytes.indexOf(10) + 1
  for (let length = header; length <= bytes.length; length++) {
    await writeFile(path, bytes.subarray(0, length))
    const again = await openEtcdLog(path)
    const whole = bytes.subarray(0, length).filter((byte) => byte === 10).length - 1
    expect(again.revision()).toBe(1 + whole)
    expect(again.clusterId).toBe(log.clusterId)
    expect(await again.commit([{ key: 'more', value: 'x' }])).toBe(2 + whole)
    await again.close()
  }
})

test('a damaged line in the middle is an error, and no silent loss', async () => {
  const path = join(await folder(), 'db')
  const log = await openEtcdLog(path)
  await log.commit([{ key: 'a', value: '1' }])
  await log.close()
  const bytes = await readFile(path)
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1
  await writeFile(path, bytes)
  await appendFile(path, '00000000 {}\n')
  await expect(openEtcdLog(path)).rejects.toThrow('damaged')
})

test('a lock of a living process holds, and one of a dead process does not', async () => {
  const path = join(await folder(), 'db.lock')
  expect(takeLock(path)).toBe(true)
  expect(takeLock(path)).toBe(false)
  await writeFile(path, `${process.pid} 1`)
  expect(takeLock(path)).toBe(true)
})

test('a second etcd on the same data, or on an address that is not here, does not start', async () => {
  const cluster = await createCluster()
  onTestFinished(() => cluster.remove())
  await cluster.start(['etcd', 'kube-apiserver'])
  const second = await cluster.failing('etcd')
  expect(second.status).toBe(1)
  expect(second.stderr).toContain('holds the file lock')
  const data = `--data-dir=${join(cluster.folder, 'other')}`
  const urls = '--listen-client-urls=https://203.0.113.9:2379'
  const elsewhere = await cluster.failing('etcd', [...cluster.flags('etcd'), data, urls])
  expect(elsewhere.status).toBe(1)
  expect(elsewhere.stderr).toContain('cannot assign requested address')
})
