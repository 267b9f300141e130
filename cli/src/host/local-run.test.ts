import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const home = mkdtempSync(join(tmpdir(), 'kaweezle-run-'))
afterAll(() => rmSync(home, { recursive: true }))

const main = join(import.meta.dirname, '../main.ts')

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function begin(words: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...words], {
    env: {
      PATH: process.env['PATH'],
      KAWEEZLE_HOME: home,
      DOCKER_HOST: 'unix:///nowhere.sock',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function end(child: ChildProcess): Promise<Ended> {
  const output = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk) => {
    output.stdout += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    output.stderr += String(chunk)
  })
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...output })))
}

const run = (words: readonly string[], environment?: Record<string, string>) => end(begin(words, environment))

test('the program says its version, with and without anything set', async () => {
  const ended = { status: 0, stdout: 'kaweezle 0.0.0-dev\n', stderr: '' }
  expect(await run(['version'])).toEqual(ended)
  expect(await run(['version'], { KAWEEZLE_HOME: '' })).toEqual(ended)
  expect(await run(['--version'], { KAWEEZLE_HOME: '' })).toEqual(ended)
})

test('the fast answer is not given where the form is asked for', async () => {
  const { stdout } = await run(['version'], { KAWEEZLE_OUTPUT: 'json' })
  expect(JSON.parse(stdout)).toMatchObject({ version: '0.0.0-dev' })
})

test('what needs no provider works where there is none, and leaves no files', async () => {
  expect(await run(['stop'])).toMatchObject({ status: 0 })
  expect(await run(['status', '-o', 'json'])).toMatchObject({ status: 1 })
  expect(await run(['__complete', 'names'])).toMatchObject({ status: 0, stdout: '' })
  expect(existsSync(join(home, 'clusters', 'kaweezle.lock'))).toBe(false)
})

test('a provider that does not answer is told with what to do, and with one document', async () => {
  const { status, stdout, stderr } = await run(['start', '-o', 'json'])
  expect(status).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'PROVIDER_UNAVAILABLE', hint: expect.any(String) },
  })
  expect(stderr).toContain('error: docker cannot be used')
})

test('the settings file is in the folder of KAWEEZLE_HOME, and a wrong one is told with its line', async () => {
  const other = join(home, 'other')
  await mkdir(other)
  await writeFile(join(other, 'config.yaml'), '# mine\nnmae: dev\n')
  const { status, stderr } = await run(['status'], { KAWEEZLE_HOME: other })
  expect(status).toBe(2)
  expect(stderr).toBe(
    `error: ${join(other, 'config.yaml')}:2: unknown key 'nmae'\nhint: Did you mean name?\n`,
  )
})

test('a relative KAWEEZLE_HOME is refused', async () => {
  expect(await run(['list'], { KAWEEZLE_HOME: 'x' })).toMatchObject({ status: 2 })
})

test('a reader that has seen enough is no error', async () => {
  const child = begin(['--help'])
  child.stdout?.destroy()
  expect(await end(child)).toMatchObject({ status: 0, stderr: '' })
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends a command with 130, in order',
  async (signal) => {
    const server = createServer(() => child.kill(signal))
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    )
    const child = begin(['doctor', '-o', 'json', '--github-api', `http://127.0.0.1:${port}`])
    const { status, stdout, stderr } = await end(child)
    server.closeAllConnections()
    server.close()
    expect({ status, stderr }).toEqual({
      status: 130,
      stderr: expect.stringContaining(`interrupted by ${signal}`),
    })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'INTERRUPTED' } })
  },
)
