import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { aCluster } from './cluster.fixture.ts'
import { aHome, type Home } from './home.fixture.ts'
import { entriesOf, listNames, parseKubeconfig } from './parse-kubeconfig.ts'
import { putCluster } from './update-kubeconfig.ts'

const theirs = `# mine
kind: Config
current-context: theirs # stay
contexts: # all
${Array.from({ length: 50 }, (_, index) => `- name: theirs${index} # ${index}\n  context: {cluster: c}\n`).join('')}
clusters:
- {name: theirs, cluster: {server: https://theirs}} # flow
users:
- name: theirs
  user:
    token: ${'t'.repeat(50_000)}
`
const quiet = { useContext: false, overwrite: false }

describe('many processes at once', () => {
  test('twenty of ours put a cluster each, and all are there', { timeout: 120_000 }, async () => {
    await using home = await aHome()
    await home.write(theirs)
    const names = Array.from({ length: 20 }, (_, index) => `ours${index}`)
    const results = await Promise.all(names.map((name) => resultOf(ours(home, 'put', name))))
    expect(results.filter(({ changed }) => changed !== true)).toEqual([])
    expect((await ownNames(home)).sort()).toEqual(names.sort())
    await expectTheirs(home)
    expect(await home.names()).toEqual(['config', 'config.kaweezle-backup'])
    const removals = await Promise.all(names.map((name) => resultOf(ours(home, 'remove', name))))
    expect(removals.filter(({ removed }) => removed !== true)).toEqual([])
    expect(await home.read()).toBe(theirs)
  })

  test('a program that takes the lock and writes in place loses nothing, and neither do we', {
    timeout: 120_000,
  }, async () => {
    await using home = await aHome()
    await home.write(theirs)
    const names = Array.from({ length: 6 }, (_, index) => `ours${index}`)
    const writers = names.map((name) => inPlaceWriter(home, `foreign-${name}`))
    const results = await Promise.all(names.map((name) => resultOf(ours(home, 'put', name))))
    expect(results.filter(({ changed }) => changed !== true)).toEqual([])
    expect(await Promise.all(writers.map(codeOf))).toEqual(names.map(() => 0))
    expect((await ownNames(home)).sort()).toEqual(names.sort())
    const content = await home.read()
    for (const name of names)
      for (let n = 0; n < 20; n++) expect(content).toContain(`# foreign-${name}-${n}\n`)
    await expectTheirs(home)
  })
})

describe('a kubeconfig that is being changed', () => {
  test('is whole whenever somebody reads it without a lock', { timeout: 60_000 }, async () => {
    await using home = await aHome()
    await home.write(theirs)
    const children = [ours(home, 'churn', 'one'), ours(home, 'churn', 'two')]
    const contents = new Set<string>()
    for (const end = performance.now() + 4_000; performance.now() < end; await wait(0)) {
      for (let read = 0; read < 50; read++) contents.add(readFileSync(home.config, 'utf8'))
    }
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(children.map(codeOf))
    // Neither, one, the other, or both in either order.
    expect(contents.size).toBeGreaterThan(1)
    for (const content of contents) expect(lostLines(content)).toEqual([])
  })
})

describe('a process that is killed while it writes', () => {
  test('leaves all that others have, and the next one goes on', { timeout: 300_000 }, async () => {
    await using home = await aHome()
    await home.write(theirs)
    let midway = 0
    for (let round = 0; round < 40; round++) {
      const child = ours(home, 'churn', 'one', 'two')
      if (child.stdout !== null) await once(child.stdout, 'data')
      await wait(Math.random() * 60)
      child.kill('SIGKILL')
      await codeOf(child)
      if ((await home.names()).some((name) => /lock|tmp/.test(name))) midway++
      await expectTheirs(home)
      expect(parseKubeconfig(await home.read(home.path('config.kaweezle-backup')), 'c').data['kind']).toBe(
        'Config',
      )
    }
    // The control: had no one been killed inside, this would say nothing.
    expect(midway).toBeGreaterThan(5)
    await putCluster(aCluster({ name: 'last' }), { ...home.options, ...quiet })
    expect(await ownNames(home)).toContain('last')
    expect(await home.names()).toEqual(['config', 'config.kaweezle-backup'])
  })
})

function ours(home: Home, verb: string, ...names: string[]): ChildProcess {
  const fixture = join(import.meta.dirname, 'update.fixture.ts')
  const env = { KUBECONFIG: home.config, PATH: process.env['PATH'] }
  return spawn(process.execPath, [fixture, verb, ...names], { env, stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Appends twenty lines, as client-go writes: lock, read, truncate, write. */
function inPlaceWriter(home: Home, name: string): ChildProcess {
  const program = `
    const { openSync, closeSync, readFileSync, writeFileSync, rmSync } = require('node:fs')
    const [config, name] = process.argv.slice(1)
    let n = 0
    function attempt() {
      try { closeSync(openSync(config + '.lock', 'wx', 0)) } catch { return setTimeout(attempt, 3) }
      const text = readFileSync(config, 'utf8')
      const handle = openSync(config, 'w')
      setTimeout(() => {
        writeFileSync(handle, text + '# ' + name + '-' + n + '\\n')
        closeSync(handle)
        rmSync(config + '.lock')
        if (++n < 20) setTimeout(attempt, 20)
      }, 3)
    }
    attempt()`
  return spawn(process.execPath, ['-e', program, home.config, name], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

async function resultOf(child: ChildProcess): Promise<Record<string, unknown>> {
  if (child.stdout === null) throw new Error('the output is piped')
  return JSON.parse(await text(child.stdout))
}

async function codeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

async function ownNames(home: Home): Promise<unknown[]> {
  const kubeconfig = parseKubeconfig(await home.read(), home.config)
  const [clusters = [], ...others] = listNames.map((list) =>
    entriesOf(kubeconfig, list)
      .map(({ name }) => name)
      .filter((name) => !String(name).startsWith('theirs')),
  )
  for (const names of others) expect(names).toEqual(clusters)
  return clusters
}

async function expectTheirs(home: Home): Promise<void> {
  expect(lostLines(await home.read())).toEqual([])
}

/** The lines of others that are gone, or in another order. */
function lostLines(content: string): string[] {
  const lines = content.split('\n')
  let at = 0
  return theirs.split('\n').filter((line) => {
    const found = lines.indexOf(line, at)
    if (found !== -1) at = found + 1
    return found === -1
  })
}
