import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aTree, directory, link, text } from '../../test/support/a-tree.ts'
import { loadRecipe } from '../load/load-recipe.ts'
import { treePath } from '../tree/path.ts'
import { recipeChanges } from './recipe-changes.ts'

const loaded = await loadRecipe(join(import.meta.dirname, '../../../rootfs/minimal.yaml'))

function changes(recipe: Partial<typeof loaded.recipe>, tree = aTree()): Set<string> {
  const own = { ...loaded, overlay: [], recipe: { ...loaded.recipe, ...recipe } }
  return recipeChanges(tree, own, { owned: ['etc', 'etc/apk'].map(treePath), more: [] })
}

test('what the recipe names is changed, with folders that no package owns', () => {
  const changed = changes({
    folders: ['/srv/a/b'],
    links: { '/opt/x/y': 'z' },
    copies: [{ from: '/etc/passwd', to: '/etc/copy', optional: false }],
  })
  for (const path of [
    'srv',
    'srv/a',
    'srv/a/b',
    'opt',
    'opt/x',
    'opt/x/y',
    'etc/copy',
    'etc/apk/repositories',
  ])
    expect(changed).toContain(path)
  for (const path of ['', 'etc', 'etc/apk', 'etc/passwd', 'srv/a/b/c']) expect(changed).not.toContain(path)
})

test('it is changed where links lead to, and by the name that the recipe has', () => {
  const tree = aTree({ real: directory, 'real/x': text(''), named: link('real') })
  const changed = changes({ links: { '/named/x': 'z' } }, tree)
  expect(changed).toContain('real/x')
  expect(changed).toContain('named/x')
})

test('overlays of the recipe are changed', () => {
  const changed = recipeChanges(aTree(), loaded, { owned: [], more: [treePath('etc/more.yaml')] })
  const files = loaded.overlay.filter(({ type }) => type === 'file')
  expect(files.length).toBeGreaterThan(0)
  for (const { path } of files) expect(changed).toContain(path.slice(1))
  expect(changed).toContain('etc/more.yaml')
})
