import { expect, test } from 'vitest'
import type { BuiltAgent } from '../agent/build-agent.ts'
import type { PackageInfo } from '../apk/info.ts'
import { parseInfo } from '../apk/info.ts'
import { parseChanges } from '../apk/resolution.ts'
import {
  agentKeys,
  agentRepositories,
  assertNeedsLocked,
  comingPackages,
  withoutAgent,
} from './agent-packages.ts'
import type { FetchedPackage } from './fetch-packages.ts'

function packageOf(name: string, lines: readonly string[] = []): FetchedPackage {
  const text = [`pkgname = ${name}`, 'pkgver = 1.0-r0', 'arch = noarch', ...lines].join('\n')
  const info: PackageInfo = parseInfo(text, name)
  return { repository: 'agent', blob: { path: `/store/${name}` }, facts: { info } } as FetchedPackage
}

const main = packageOf('agent', [
  'depend = openrc',
  'depend = nodejs>20',
  'depend = /bin/sh',
  'depend = !other',
])
const services = packageOf('agent-openrc', ['install_if = openrc agent=1.0-r0'])
const agent: BuiltAgent = {
  name: 'agent',
  version: '1.0-r0',
  key: { keyName: 'me.rsa.pub', publicPem: 'PEM' },
  packages: [main, services],
  index: Buffer.from('index'),
  bundled: [],
}

test('a recipe without an agent has neither a repository nor a key for one', () => {
  expect([agentRepositories(undefined), agentKeys(undefined)]).toEqual([[], []])
})

test('its repository has its packages by the names of their files', () => {
  expect(agentRepositories(agent)).toMatchObject([
    {
      packages: new Map([
        ['agent-1.0-r0.apk', '/store/agent'],
        ['agent-openrc-1.0-r0.apk', '/store/agent-openrc'],
      ]),
    },
  ])
})

test('what apk does with its packages is left out, and nothing else', () => {
  const output =
    '(1/3) Installing git (2-r0)\n(2/3) Installing agent (1.0-r0)\n(3/3) Installing agent-openrc (1.0-r0)\n'
  const changes = parseChanges(output)
  expect(withoutAgent(changes, agent).map(({ name }) => name)).toEqual(['git'])
  expect(withoutAgent(changes, undefined)).toEqual(changes)
})

test('a package of its name from another repository is refused', () => {
  const changes = parseChanges('(1/1) Installing agent (2.0-r0)\n')
  expect(() => withoutAgent(changes, agent)).toThrow(
    expect.objectContaining({ code: 'RECIPE_INVALID', message: expect.stringContaining('agent 2.0-r0') }),
  )
})

test('a subpackage comes where what it waits for is installed', () => {
  const coming = (...names: string[]) =>
    comingPackages(
      agent,
      names.map((name) => ({ name })),
    ).map(({ facts }) => facts.info.name)
  expect(coming('agent', 'openrc', 'agent-openrc')).toEqual(['agent', 'agent-openrc'])
  expect(coming('agent')).toEqual(['agent'])
  expect(coming()).toEqual(['agent'])
})

test('what it depends on may be of the lock or of the base, by name or by what a package provides', () => {
  const base = [packageOf('busybox', ['provides = /bin/sh=1']).facts.info]
  const packages = [packageOf('openrc'), packageOf('nodejs-current', ['provides = nodejs=24'])]
  expect(() => assertNeedsLocked(agent, { base, packages })).not.toThrow()
  expect(() => assertNeedsLocked(agent, { base: [], packages: packages.slice(1) })).toThrow(
    expect.objectContaining({
      code: 'LOCK_STALE',
      message: 'the lock of packages has no openrc, which agent needs; no /bin/sh, which agent needs',
    }),
  )
})
