import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { lockCluster } from './cluster-lock.ts'

const home = mkdtempSync(join(tmpdir(), 'kaweezle-lock-'))
afterAll(() => rmSync(home, { recursive: true }))

const { signal } = new AbortController()

test('only one body runs at a time, and nothing is left', async () => {
  const clusters = join(home, 'one')
  let running = 0
  let waits = 0
  const once = () =>
    lockCluster(
      join(clusters, 'dev'),
      { name: 'dev', patience: 10_000, onWait: () => waits++, signal },
      async () => {
        running += 1
        expect(running).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, 20))
        running -= 1
      },
    )
  await Promise.all([once(), once(), once()])
  expect(waits).toBeGreaterThan(0)
  expect(readdirSync(clusters)).toEqual([])
})

test('a lock that stays is told with the cluster and with what to do', async () => {
  const folder = join(home, 'dev')
  await writeFile(`${folder}.lock`, '')
  const locked = lockCluster(folder, { name: 'dev', patience: 1, onWait: () => {}, signal }, async () => {})
  await expect(locked).rejects.toMatchObject({
    code: 'BUSY',
    message: 'another kaweezle works on the cluster dev',
    hint: expect.stringContaining(`remove ${folder}.lock`),
  })
})

test('what the body throws passes, and the lock is given back', async () => {
  const folder = join(home, 'prod')
  const options = { name: 'prod', patience: 1, onWait: () => {}, signal }
  const failed = lockCluster(folder, options, () => Promise.reject(new Error('no')))
  await expect(failed).rejects.toThrow('no')
  expect(await lockCluster(folder, options, async () => 'yes')).toBe('yes')
})
