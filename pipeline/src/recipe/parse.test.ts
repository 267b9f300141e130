import { describe, expect, test } from 'vitest'
import { isPipelineError } from '../errors.ts'
import { parseRecipe } from './parse.ts'

const minimal = `name: small
architectures: [x86_64]
locks: { packages: small.lock.yaml }
base: { release: v3.24 }
repositories: [{ name: main }]
packages: [openrc]
`

function problems(text: string): string {
  try {
    parseRecipe(text, 'r.yaml')
  } catch (error) {
    if (isPipelineError(error, 'RECIPE_INVALID')) return error.message
    throw error
  }
  throw new Error('the recipe was accepted')
}

/** The recipe with the line of a key replaced, or with a line added: line 7. */
function withLine(line: string): string {
  const key = /^\w+/.exec(line)?.[0]
  const lines = minimal.split('\n')
  const index = lines.findIndex((one) => one.startsWith(`${key}:`))
  return index === -1 ? `${minimal}${line}\n` : lines.with(index, line).join('\n')
}

test('a recipe says only what differs from the defaults', () => {
  expect(parseRecipe(minimal, 'r.yaml')).toEqual({
    name: 'small',
    architectures: ['x86_64'],
    locks: {
      packages: 'small.lock.yaml',
      images: 'images.lock.yaml',
      manifests: 'manifests.lock.yaml',
    },
    base: { release: 'v3.24' },
    repositories: [{ name: 'main' }],
    packages: ['openrc'],
    upgrade: false,
    copies: [],
    overlay: [],
    links: {},
    folders: [],
    services: { sysinit: [], boot: [], default: [], nonetwork: [], shutdown: [] },
    root: {},
    users: [],
    policy: { setuid: [] },
  })
})

test('modes become numbers, and a user has a group, a home and a shell', () => {
  const recipe = parseRecipe(
    `${minimal}overlay: [{ from: o, entries: { /etc/x: { mode: '4755', owner: '0:wheel' } } }]
users: [{ name: ann, uid: 1000, groups: [wheel] }]
`,
    'r.yaml',
  )
  expect(recipe.overlay[0]?.entries).toEqual({ '/etc/x': { mode: 0o4755, owner: '0:wheel' } })
  expect(recipe.users).toEqual([
    { name: 'ann', uid: 1000, gid: 1000, home: '/home/ann', shell: '/bin/sh', groups: ['wheel'] },
  ])
})

describe('these are accepted', () => {
  test.each([
    ['base: { release: latest-stable }'],
    ["base: { release: v3.24, version: '3.24.2' }"],
    ['locks: { packages: ../packages.lock.yaml }'],
    ['repositories: [{ name: main }, { name: main, release: edge, tag: edge }]'],
    ['repositories: [{ url: https://example.org/apk, tag: ours }]'],
    ["packages: [kubelet~1.36, 'zsh=5.9-r5', 'git>=2', '!busybox-extras', 'cmd:jq', /bin/sh]"],
    ['packages: []'],
    ['links: { /etc/mtab: ../proc/mounts }'],
    ['folders: [/run/openrc/exclusive, /a/...b]'],
    ['policy: { setuid: [/bin/bbsuid] }'],
    ['services: { boot: [sysctl], default: [sysctl] }'],
  ])('%s', (line) => {
    expect(() => parseRecipe(withLine(line), 'r.yaml')).not.toThrow()
  })
})

describe('these are refused, with place and reason', () => {
  test.each([
    ['pakages: [a]', "7:1: unknown key 'pakages'; did you mean 'packages'?"],
    ['name: Small', "1:7: name: 'Small' is not a name of lower-case letters"],
    [
      'architectures: [x86-64]',
      "2:17: architectures[0]: 'x86-64' is not one of: x86_64, aarch64; did you mean 'x86_64'?",
    ],
    ['architectures: []', '2:16: architectures: a list must name an architecture'],
    ['architectures: [x86_64, x86_64]', "2:25: architectures[1]: 'x86_64' repeats what is there already"],
    ['locks: {}', '3:1: locks.packages: is missing'],
    [
      'locks: { packages: /etc/lock }',
      "3:20: locks.packages: '/etc/lock' is not a path relative to the recipe",
    ],
    ["locks: { packages: 'C:\\lock' }", "3:20: locks.packages: 'C:\\lock' is not a path relative"],
    ['base: { release: 3.24 }', '4:18: base.release: 3.24 is not a text; put it in quotes'],
    [
      'base: { release: edge }',
      "4:18: base.release: 'edge' is not a branch such as 'v3.24', nor 'latest-stable'",
    ],
    ["base: { release: v3.2, version: '3.24.2' }", "4:33: base.version: '3.24.2' is not a version of v3.2"],
    [
      "base: { release: latest-stable, version: '3.24.2' }",
      "4:42: base.version: '3.24.2' is not a version of latest",
    ],
    ['base: { release: v3.24, version: 3.24 }', '4:34: base.version: 3.24 is not a text'],
    [
      'base: { release: v3.24, versoin: 3.24.2 }',
      "4:25: base: unknown key 'versoin'; did you mean 'version'?",
    ],
    ['repositories: []', '5:15: repositories: a list must name a repository'],
    [
      'repositories: [{ name: main }, { name: main }]',
      '5:32: repositories[1]: a mapping repeats what is there',
    ],
    ['repositories: [{ name: ../x }]', "5:24: repositories[0].name: '../x' is not the name of a repository"],
    ['repositories: [{ name: main, release: v3 }]', "5:39: repositories[0].release: 'v3' is not a branch"],
    ["repositories: [{ name: main, tag: '@edge' }]", "5:35: repositories[0].tag: '@edge' is not a tag"],
    [
      'repositories: [{ url: ftp://a/b }]',
      "5:23: repositories[0].url: 'ftp://a/b' is not an http(s) address",
    ],
    [
      'repositories: [{ url: https://u:p@a/b }]',
      "5:23: repositories[0].url: 'https://u:p@a/b' is not an http(s)",
    ],
    [
      'repositories: [{ url: https://a/../b }]',
      "5:23: repositories[0].url: 'https://a/../b' is not an http(s)",
    ],
    ['repositories: [{ url: a, tga: b }]', "5:23: repositories[0].url: 'a' is not an http(s)"],
    [
      'repositories: [{ url: https://a, name: b }]',
      "5:18: repositories[0]: unknown key 'url'; known here: name, release, tag",
    ],
    ["packages: ['kubelet~']", "6:12: packages[0]: 'kubelet~' is not a package"],
    ["packages: ['a b']", "6:12: packages[0]: 'a b' is not a package such as 'openrc'"],
    ["packages: ['--allow-untrusted', '-x y']", "6:33: packages[1]: '-x y' is not a package"],
    ['packages: [git, git@x]', "6:17: packages[1]: 'git@x' repeats what is there already"],
    [
      'packages: [git, zsh@edge]',
      "6:17: packages[1]: 'zsh@edge' uses the tag 'edge', which no repository declares",
    ],
    ['packages: [1.5]', '6:12: packages[0]: 1.5 is not a text; put it in quotes'],
    ["upgrade: 'yes'", "7:10: upgrade: 'yes' is not true or false"],
    ['keys: /etc/apk/keys', "7:7: keys: '/etc/apk/keys' is not a path relative to the recipe"],
    ['copies: [{ from: /a, to: b }]', "7:26: copies[0].to: 'b' is not an absolute path of the image"],
    ['copies: [{ from: /a, to: /c }, { from: /b, to: /c }]', '7:32: copies[1]: a mapping repeats'],
    [
      'overlay: [{ from: o, entries: { /etc/../x: {} } }]',
      "7:33: overlay[0].entries: the key '/etc/../x' is not",
    ],
    [
      'overlay: [{ from: o, entries: { /x: { mode: 0755 } } }]',
      '7:45: overlay[0].entries./x.mode: 755 is not a text; put it in quotes',
    ],
    [
      "overlay: [{ from: o, entries: { /x: { mode: '755' } } }]",
      "7:45: overlay[0].entries./x.mode: '755' is not four octal digits",
    ],
    [
      'overlay: [{ from: o, entries: { /x: { owner: root } } }]',
      "overlay[0].entries./x.owner: 'root' is not user:group",
    ],
    ['overlay: overlay', "7:10: overlay: 'overlay' is not a list"],
    ["links: { /a: '' }", "7:14: links./a: '' is not the target of a link"],
    ['links: { /a/: b }', "7:10: links: the key '/a/' is not an absolute path"],
    ['folders: [/]', "7:11: folders[0]: '/' is not an absolute path"],
    ['folders: ["/a\\nb"]', "7:11: folders[0]: '/a\ufffdb' is not an absolute path"],
    ['services: { defualt: [sshd] }', "7:13: services: unknown key 'defualt'; did you mean 'default'?"],
    [
      'services: { default: [a/b] }',
      "7:23: services.default[0]: 'a/b' is not the name of a file in /etc/init.d",
    ],
    ['services: { default: [sshd, sshd] }', "7:29: services.default[1]: 'sshd' repeats"],
    ['root: { shell: zsh }', "7:16: root.shell: 'zsh' is not an absolute path"],
    ["root: { shell: '/bin/sh:x' }", "7:16: root.shell: '/bin/sh:x' has a ':'"],
    ['users: [{ name: root, uid: 0 }]', '7:28: users[0].uid: 0 is less than 1'],
    ['users: [{ name: a, uid: 65534 }]', '7:25: users[0].uid: 65534 is more than 65533'],
    ['users: [{ name: a, uid: 5 }, { name: b, uid: 5 }]', '7:30: users[1]: a mapping repeats'],
    ["users: [{ name: 'a:0', uid: 5 }]", "7:17: users[0].name: 'a:0' is not a name"],
    ['policy: { setuid: [bin/su] }', "7:20: policy.setuid[0]: 'bin/su' is not an absolute path"],
  ])('%s', (line, expected) => {
    expect(problems(withLine(line))).toContain(expected)
    expect(problems(withLine(line))).toMatch(/^r\.yaml:\d+:\d+: /)
  })
})

test('the error says where the keys are described', () => {
  expect(() => parseRecipe('a: 1', 'r.yaml')).toThrow(
    expect.objectContaining({
      code: 'RECIPE_INVALID',
      exitStatus: 2,
      hint: expect.stringContaining('recipe.schema.json'),
    }),
  )
})
