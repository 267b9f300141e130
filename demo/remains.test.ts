import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { remainsOf } from './remains.ts'

test('of a folder, itself and processes that were started with it are named, until they are gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-remains-'))
  // Not a child of this process.
  const { stdout: pid } = await execa('sh', ['-c', 'sleep 60 >/dev/null 2>&1 & echo $!'], {
    env: { OF: folder },
  })
  expect(await remainsOf(folder)).toEqual([`folder ${folder}`, `process ${pid}: sleep 60 `])
  process.kill(Number(pid))
  await rm(folder, { recursive: true })
  await expect.poll(() => remainsOf(folder)).toEqual([])
})
