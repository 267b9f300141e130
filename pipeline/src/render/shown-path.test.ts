import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { shownPath } from './shown-path.ts'

test.each([
  [resolve('rootfs/minimal.yaml'), 'rootfs/minimal.yaml'],
  [resolve('.'), '.'],
  [resolve('..'), resolve('..')],
  [resolve('../elsewhere/a'), resolve('../elsewhere/a')],
])('%s is shown as %s', (path, shown) => {
  expect(shownPath(path)).toBe(shown)
})
