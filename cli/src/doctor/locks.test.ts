import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockCluster } from '../host/cluster-lock.ts'
import { findings, installed, newHome } from './doctor.fixture.ts'

const deadPid = () => spawnSync(process.execPath, ['--version']).pid
const cutOff = { ...installed, journal: { kind: 'uninstall' as const } }

function plantLock(content: object | string): string {
  const home = newHome()
  mkdirSync(join(home, 'clusters'), { recursive: true })
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  writeFileSync(join(home, 'clusters', 'kaweezle.lock'), text)
  return home
}

test('a lock of a process that is gone is found', async () => {
  const lock = { program: 'kaweezle', id: '0123456789abcdef', pid: deadPid(), host: hostname() }
  const found = await findings({ home: plantLock(lock), state: cutOff })
  expect(found.get('locks')).toMatchObject({
    verdict: 'warn',
    message: expect.stringContaining(`process ${lock.pid}, which is gone`),
    hint: expect.stringContaining('takes it over'),
  })
  expect(found.get('state of kaweezle')).toMatchObject({ verdict: 'warn' })
})

test('a lock that is none of ours is found, since nobody will take it over', async () => {
  const found = (await findings({ home: plantLock('') })).get('locks')
  expect(found).toMatchObject({ verdict: 'warn', hint: expect.stringContaining('remove that file') })
})

test('a command that is at work is no fault, and neither is what it has begun', async () => {
  const home = newHome()
  const options = { name: 'kaweezle', patience: 0, onWait: () => {}, signal: new AbortController().signal }
  const found = await lockCluster(join(home, 'clusters', 'kaweezle'), options, () =>
    findings({ home, state: cutOff }),
  )
  expect(found.get('locks')).toMatchObject({
    verdict: 'pass',
    message: expect.stringContaining(`${process.pid}`),
  })
  expect(found.get('state of kaweezle')).toMatchObject({ verdict: 'pass' })
})

test('a lock that a killed kubectl has left on the kubeconfig is found', async () => {
  const home = newHome()
  mkdirSync(home, { recursive: true })
  const path = join(home, 'config')
  writeFileSync(`${path}.lock`, '')
  const found = (await findings({ state: installed, entry: { path } })).get('kubeconfig')
  expect(found).toMatchObject({ verdict: 'warn', hint: expect.stringContaining('remove that file') })
})
