import { describe, expect, test } from 'vitest'
import { descriptionText } from '../agent/description.fixture.ts'
import { type AgentDescription, parseAgentDescription } from '../agent/description.ts'
import type { Sha256 } from '../digest.ts'
import { parseRecipe } from './parse.ts'
import { recipeDigest } from './resolution-inputs.ts'

const text = `name: small
architectures: [x86_64]
locks: { packages: small.lock.yaml }
base: { release: v3.24 }
repositories: [{ name: main }, { name: main, release: edge, tag: edge }]
packages: [openrc, git]
`
const keys = new Map([['a.rsa.pub', 'a'.repeat(64) as Sha256]])

function digestOf(text: string, ownKeys = keys, agent?: AgentDescription): Sha256 {
  return recipeDigest(parseRecipe(text, 'r.yaml'), { keys: ownKeys, agent })
}

function digestWith(changed: string): Sha256 {
  return digestOf(text, keys, parseAgentDescription(changed, 'package.yaml'))
}

test('the digest is what it was when the locks were written', () => {
  // A change here makes every lock stale.
  expect(digestOf(text)).toBe('2d102532f2224dc9ea56639aa2f3f880d4bc6bfaa81159d7675903b0e57c1d0a')
})

describe('a lock stays good when this changes', () => {
  test.each([
    ['a comment and line ends', `# small\r\n${text.replaceAll('\n', '\r\n')}`],
    ['the order of the keys', text.split('\n').toReversed().join('\n')],
    ['the order of the packages', text.replace('openrc, git', 'git, openrc')],
    ['a default that is written out', text.replace('{ name: main }', '{ name: main, release: v3.24 }')],
    [
      'name, overlay, services',
      `${text.replace('small', 'tiny')}overlay: [{ from: o }]\nservices: { boot: [a] }\n`,
    ],
    ['the architectures', text.replace('[x86_64]', '[x86_64, aarch64]')],
  ])('%s', (_, changed) => {
    expect(digestOf(changed)).toBe(digestOf(text))
  })

  test('the order in which the keys are read', () => {
    const two = [...keys, ['b.rsa.pub', 'b'.repeat(64) as Sha256]] as const
    expect(digestOf(text, new Map(two))).toBe(digestOf(text, new Map(two.toReversed())))
  })
})

describe('a lock is stale when this changes', () => {
  test.each([
    ['the release', text.replace('v3.24', 'v3.23')],
    ['the exact version', text.replace('v3.24 }', "v3.24, version: '3.24.2' }")],
    ['a repository', text.replace('{ name: main }', '{ name: community }')],
    ['the branch of a repository', text.replace('release: edge', 'release: v3.23')],
    ['a tag', text.replace('tag: edge', 'tag: newer')],
    ['the order of the repositories', text.replace(/\[(\{ name: main \}), (.*)\]/, '[$2, $1]')],
    ['a package', text.replace('git', 'jq')],
    ['the version of a package', text.replace('git', 'git~2.43')],
    ['one package more', text.replace('git', 'git, jq')],
    ['upgrade', `${text}upgrade: true\n`],
  ])('%s', (_, changed) => {
    expect(changed).not.toBe(text)
    expect(digestOf(changed)).not.toBe(digestOf(text))
  })

  test.each([
    ['a key is gone', new Map()],
    ['a key has other bytes', new Map([['a.rsa.pub', 'b'.repeat(64) as Sha256]])],
    ['a key has another name', new Map([['b.rsa.pub', 'a'.repeat(64) as Sha256]])],
  ])('%s', (_, changed) => {
    expect(digestOf(text, changed)).not.toBe(digestOf(text))
  })
})

describe('of the agent', () => {
  test('what it depends on, and what its subpackages wait for, counts', () => {
    const changed = [
      descriptionText,
      descriptionText.replace('openrc, git', 'git, openrc'),
      descriptionText.replace('openrc, git', 'openrc, git, jq'),
      descriptionText.replace('name: agent\n', 'name: other\n'),
      descriptionText.replace('with: [openrc]', 'with: [git]'),
    ]
    expect(new Set([digestOf(text), ...changed.map(digestWith)]).size).toBe(changed.length + 1)
  })

  test('its texts, its day and its program do not', () => {
    const other = descriptionText
      .replace('An agent', 'Another')
      .replace('2026', '2027')
      .replace('/usr/bin', '/sbin')
    expect(digestWith(other)).toBe(digestWith(descriptionText))
  })
})
