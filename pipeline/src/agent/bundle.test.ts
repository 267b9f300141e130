import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleAgent } from './bundle.ts'

const repository = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

const source = `#!/usr/bin/env node
import { parse } from 'yaml'
import { z } from 'zod'
declare const __IKNITE_VERSION__: string
/*! A legal comment */
function sayVersion(): void {
  console.log(__IKNITE_VERSION__, z.number().parse(parse('41') + 1), sayVersion.name)
}
sayVersion()
`

/** A checkout of its own at `path`, with the packages of this one. */
async function checkout(path: string, text = source): Promise<string> {
  const agent = join(folder, path, 'agent')
  await mkdir(join(agent, 'src'), { recursive: true })
  await writeFile(join(agent, 'src/main.ts'), text)
  await symlink(join(repository, 'node_modules'), join(folder, path, 'node_modules'))
  return agent
}

test('the same source makes the same bytes in two checkouts of other names', async () => {
  const { program: one } = await bundleAgent({ folder: await checkout('one'), version: '1.2.3' })
  const deep = await checkout('another/place/altogether')
  // No setting of the machine above the checkout counts.
  await writeFile(join(folder, 'another/tsconfig.json'), '{ "compilerOptions": { "target": "es5" } }')
  expect((await bundleAgent({ folder: deep, version: '1.2.3' })).program).toEqual(one)
  for (const path of [folder, repository]) expect(one.includes(path)).toBe(false)
  // A control: another version is another program.
  expect((await bundleAgent({ folder: deep, version: '1.2.4' })).program).not.toEqual(one)
})

test('the program runs from a file without extension, knows its version and keeps its names', async () => {
  const { program: bytes } = await bundleAgent({ folder: await checkout('runs'), version: '1.2.3' })
  const program = join(folder, 'program')
  await writeFile(program, bytes)
  expect((await run(process.execPath, [program])).stdout).toBe('1.2.3 42 sayVersion\n')
  const text = bytes.toString()
  expect(text).toMatch(/^#!\/usr\/bin\/node\n[^#]/)
  expect(text).not.toContain('legal comment')
})

test("the repository's own agent is bundled", async () => {
  const { program: bytes } = await bundleAgent({ folder: join(repository, 'agent'), version: '1.2.3' })
  expect(bytes.includes('1.2.3')).toBe(true)
  expect(bytes.includes(repository)).toBe(false)
})

test('another source of a workspace that the agent imports makes another program', async () => {
  const agent = join(folder, 'kit/agent')
  const kit = join(folder, 'kit/program-kit')
  await mkdir(join(agent, 'src'), { recursive: true })
  await mkdir(join(kit, 'src'), { recursive: true })
  await mkdir(join(folder, 'kit/node_modules/@kaweezle'), { recursive: true })
  await symlink('../../program-kit', join(folder, 'kit/node_modules/@kaweezle/program-kit'))
  const description = { name: '@kaweezle/program-kit', version: '1.0.0', exports: { './*': './src/*' } }
  await writeFile(join(kit, 'package.json'), JSON.stringify(description))
  await writeFile(
    join(agent, 'src/main.ts'),
    "import { word } from '@kaweezle/program-kit/word.ts'\nconsole.log(word)\n",
  )
  const bundleWith = async (word: string) => {
    await writeFile(join(kit, 'src/word.ts'), `export const word: string = '${word}'\n`)
    return bundleAgent({ folder: agent, version: '1.2.3' })
  }
  const [one, other, again] = [await bundleWith('one'), await bundleWith('other'), await bundleWith('one')]
  expect(other.program).not.toEqual(one.program)
  expect(again.program).toEqual(one.program)
  expect(one.program.includes(folder)).toBe(false)
  // It is the agent's own, and nothing of npm's.
  expect(one.packages).toEqual([])
})

test.each([
  ['that imports what is not there', "import 'nosuch-package'\n", /src\/main\.ts:1:8: .*nosuch-package/],
  ['that awaits at its top', 'await Promise.resolve()\n', /src\/main\.ts:1:1: Top-level await/],
  ['that asks where it lies', 'console.log(import.meta.dirname)\n', /import\.meta/],
  ['that is no TypeScript', 'const = 1\n', /src\/main\.ts:1:7: /],
])('a program %s is refused with the place', async (title, text, message) => {
  const agent = await checkout(title.replaceAll(' ', '-'), text)
  await expect(bundleAgent({ folder: agent, version: '1.2.3' })).rejects.toMatchObject({
    code: 'PACKAGE_INVALID',
    message: expect.stringMatching(message),
  })
})
