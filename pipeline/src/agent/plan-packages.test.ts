import { expect, test } from 'vitest'
import { file, treeOf } from '../tar/alpine-like-tree.fixture.ts'
import { descriptionText } from './description.fixture.ts'
import { parseAgentDescription } from './description.ts'
import { planPackages } from './plan-packages.ts'

const description = parseAgentDescription(descriptionText, 'package.yaml')
const entries = [
  ...treeOf({
    'etc/init.d/agent': file('#!/sbin/openrc-run\n'),
    'etc/conf.d/agent': file('# nothing\n'),
    'etc/conf.dir': file('not of conf.d\n'),
    'usr/bin/agent': file('#!/usr/bin/node\n'),
  }).values(),
].filter(({ path }) => path !== '')

test('a subpackage has the files that it names, and the package the rest, with the folders above', () => {
  const planned = planPackages(description, '1.0-r0', entries)
  expect(planned.map(({ description, tree }) => [description.name, [...tree.keys()].sort()])).toEqual([
    ['agent', ['etc', 'etc/conf.dir', 'usr', 'usr/bin', 'usr/bin/agent']],
    ['agent-openrc', ['etc', 'etc/conf.d', 'etc/conf.d/agent', 'etc/init.d', 'etc/init.d/agent']],
  ])
})

test('a subpackage comes with the package of the same version, and depends on nothing', () => {
  const [main, services] = planPackages(description, '1.0-r0', entries)
  expect(main?.description).toMatchObject({ depends: ['openrc', 'git'], origin: 'agent', version: '1.0-r0' })
  expect(main?.description.installIf).toBeUndefined()
  expect(services?.description).toMatchObject({ installIf: ['openrc', 'agent=1.0-r0'], origin: 'agent' })
  expect(services?.description.depends).toBeUndefined()
})

test('a subpackage that names what is not there is refused', () => {
  const without = entries.filter(({ path }) => !path.startsWith('etc/conf.d/'))
  expect(() => planPackages(description, '1.0-r0', without)).toThrow(
    expect.objectContaining({
      code: 'PACKAGE_INVALID',
      message: 'agent-openrc is to have /etc/conf.d, which no package brings',
    }),
  )
})
