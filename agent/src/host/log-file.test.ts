import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openLogFile } from './log-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'iknite-log-'))
afterAll(() => rmSync(folder, { recursive: true }))
const read = (path: string) => readFileSync(path, 'utf8')

test('runs are appended, one after another', () => {
  const path = join(folder, 'log')
  for (const text of ['one\n', 'two\n']) openLogFile(path)(text)
  expect(read(path)).toBe('one\ntwo\n')
})

test('what goes there already is not written twice', () => {
  const path = join(folder, 'service')
  const descriptor = openSync(path, 'a')
  openLogFile(path, descriptor)('one\n')
  closeSync(descriptor)
  expect(read(path)).toBe('')
})

test('a long one begins anew, and the one before is kept', () => {
  const path = join(folder, 'long')
  writeFileSync(path, Buffer.alloc(5 * 1024 * 1024, 'x'))
  openLogFile(path)('new\n')
  expect(read(path)).toBe('new\n')
  expect(read(`${path}.1`)).toHaveLength(5 * 1024 * 1024)
})

test('where no log can be written, nothing is said', () => {
  const log = openLogFile(join(folder, 'no/such/log'))
  log('one\n')
  log('two\n')
})
