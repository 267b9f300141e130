import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseListeners } from '../src/providers/wsl/clashes.ts'
import { locateWsl, wslCandidates } from '../src/providers/wsl/locate-wsl.ts'
import { wslProvider } from '../src/providers/wsl/wsl-provider.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-locate-'))
})
afterAll(() => rm(folder, { recursive: true }))

const windows = {
  ProgramFiles: 'C:\\Program Files (x86)',
  ProgramW6432: 'C:\\Program Files',
  SystemRoot: 'C:\\Windows',
  LOCALAPPDATA: 'C:\\Users\\Jürgen\\AppData\\Local',
}

test('the installed WSL comes before that of Windows, and the alias of the Store last', () => {
  expect(wslCandidates(windows)).toEqual([
    'C:\\Program Files\\WSL\\wsl.exe',
    'C:\\Windows\\System32\\wsl.exe',
    'C:\\Windows\\Sysnative\\wsl.exe',
    'C:\\Users\\Jürgen\\AppData\\Local\\Microsoft\\WindowsApps\\wsl.exe',
  ])
})

test('an own one is taken and no other', () => {
  expect(wslCandidates({ ...windows, KAWEEZLE_WSL_EXE: 'D:\\wsl.exe' })).toEqual(['D:\\wsl.exe'])
  expect(wslCandidates({ ...windows, KAWEEZLE_WSL_EXE: '' })).toHaveLength(4)
})

test('there is none where nothing says where to look', async () => {
  expect(await locateWsl({})).toBeUndefined()
  expect(await locateWsl({ KAWEEZLE_WSL_EXE: join(folder, 'none') })).toBeUndefined()
})

test('one that is there is found', async () => {
  const executable = join(folder, 'wsl.exe')
  await writeFile(executable, '')
  expect(await locateWsl({ KAWEEZLE_WSL_EXE: executable })).toBe(executable)
})

test('without a wsl.exe, and with one that is no program, WSL is unusable and the hint says what to do', async () => {
  const executable = join(folder, 'no-program')
  await writeFile(executable, 'no program')
  for (const environment of [{}, { KAWEEZLE_WSL_EXE: executable }]) {
    const provider = wslProvider({ environment, folder })
    expect(await provider.probe()).toMatchObject({ isUsable: false, hint: expect.stringMatching(/\w/) })
    await expect(provider.inspect('kwsl')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  }
})

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
   1: 0100007F:192B 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0
   0: 00000000000000000000000000000000:280A 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4714 1 0000000000000000 100 0 0 10 0
`

test('of the tables of the network, those count that listen on a port of a node', () => {
  expect(parseListeners(`${table}\nsocket:[4714]\nsocket:[4712]\n`)).toEqual([
    { port: 6443, isTheirs: false },
    { port: 10250, isTheirs: true },
  ])
})

test.each(['', 'cat: not found\n', 'socket:[1]\n', table.slice(0, 150)])('nothing listens in %j', (text) => {
  expect(parseListeners(text)).toEqual([])
})
