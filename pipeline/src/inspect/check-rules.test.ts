import { expect, test } from 'vitest'
import { aTree, directory, link, text } from '../../test/support/a-tree.ts'
import { rules } from '../verify/index.ts'
import { rulesFor, servicesOf } from './check-rules.ts'

test('the services of a tree are what its runlevels hold', () => {
  const tree = aTree({
    'etc/runlevels/boot': directory,
    'etc/runlevels/boot/x': text(''),
    'etc/runlevels/stray': text(''),
    'etc/runlevels/boot/deep': directory,
    'etc/runlevels/boot/deep/y': text(''),
  })
  expect(servicesOf(tree)).toEqual({ default: ['sshd'], boot: expect.arrayContaining(['x', 'deep']) })
})

test('runlevels are found behind a link', () => {
  const changes = {
    'etc/runlevels': link('../levels'),
    'etc/runlevels/default': undefined,
    'etc/runlevels/default/sshd': undefined,
    levels: directory,
    'levels/boot': directory,
    'levels/boot/x': link('/etc/init.d/x'),
  }
  expect(servicesOf(aTree(changes))).toEqual({ boot: ['x'] })
  expect(servicesOf(aTree({ ...changes, 'etc/runlevels': link('runlevels') }))).toEqual({})
})

test('every rule that asks what the recipe wrote or allows is left out without a recipe', () => {
  const without = rulesFor(undefined)
  const left = rules.filter((rule) => !without.includes(rule))
  const asks = rules.filter(({ check }) => /\bchanged\b|\bsetuid\b/.test(check.toString()))
  expect(left.map(({ name }) => name)).toEqual(expect.arrayContaining(asks.map(({ name }) => name)))
  expect(asks.length).toBeGreaterThan(3)
})
