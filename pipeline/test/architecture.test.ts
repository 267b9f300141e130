import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const repository = join(import.meta.dirname, '../..')
const text = readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8')

/** The folders that rows of tables begin with; `a/b/`, `c/` stands for two beside each other. */
function foldersNamed(text: string): string[] {
  return [...text.matchAll(/^\| ((?:`[\w./-]+\/`(?:, )?)+) +\|/gm)].flatMap(([, cell = '']) => {
    const [first = '', ...more] = [...cell.matchAll(/`([\w./-]+)\/`/g)].map(([, path = '']) => path)
    return [first, ...more.map((one) => join(dirname(first), one))]
  })
}

/** The folders that say how a workspace is divided: those with a source, two levels deep, and those of tests. */
function foldersThere(): string[] {
  const below = (path: string) =>
    readdirSync(join(repository, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(path, name))
  const workspaces = ['pipeline', 'agent', 'cli']
  return [
    ...workspaces.flatMap((one) => below(join(one, 'src'))),
    ...workspaces.map((one) => join(one, 'test')),
    ...['bench', 'demo', 'docs', 'program-kit/src', 'release-format', 'rootfs', 'cli/build'],
  ]
}

const missing = (text: string) => {
  const named = foldersNamed(text)
  return foldersThere().filter(
    (folder) => !named.some((one) => one === folder || one.startsWith(`${folder}/`)),
  )
}

test('every folder that ARCHITECTURE.md has a row of is there', () => {
  expect(foldersNamed(text).length).toBeGreaterThan(60)
  expect(foldersNamed(text).filter((folder) => !existsSync(join(repository, folder)))).toEqual([])
})

test('every folder of sources has a row in ARCHITECTURE.md, or one of its folders has', () => {
  expect(missing(text)).toEqual([])
  expect(missing(text.replace('`pipeline/src/engine/`', '`pipeline/src/engines/`'))).toEqual([
    'pipeline/src/engine',
  ])
})
