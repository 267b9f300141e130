import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const workflow = join(import.meta.dirname, '../../.github/workflows/release.yml')

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-workflow-'))
  await writeFile(join(folder, 'package.json'), '{ "version": "1.3.0" }')
})

afterEach(() => rm(folder, { recursive: true }))

interface Step {
  readonly name?: string
  readonly run?: string
}

/** Runs a step of release.yml as a runner does, with doubles of programs: scripts by their names. */
async function runStep(job: string, name: string, { env = {}, programs = {} }: Circumstances) {
  const steps: readonly Step[] = parse(await readFile(workflow, 'utf8')).jobs[job].steps
  const script = steps.find((step) => step.name === name)?.run
  if (script === undefined) throw new Error(`${job} has no step "${name}"`)
  for (const [program, body] of Object.entries(programs)) {
    const file = join(folder, program)
    await writeFile(file, `#!/bin/sh\necho "${program} $*" >>"$GITHUB_WORKSPACE/calls"\n${body}\n`)
    await chmod(file, 0o755)
  }
  const outcome = await execa('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd: folder,
    reject: false,
    env: {
      PATH: `${folder}:${process.env['PATH']}`,
      GITHUB_WORKSPACE: folder,
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_REPOSITORY: 'some/fork',
      RUNNER_TEMP: folder,
      ...env,
    },
  })
  const read = (file: string) => readFile(join(folder, file), 'utf8').catch(() => '')
  return { status: outcome.exitCode, calls: await read('calls'), output: await read('output') }
}

interface Circumstances {
  readonly env?: Readonly<Record<string, string>>
  readonly programs?: Readonly<Record<string, string>>
}

test.each([
  ['tag', 'v1.2.3', 'v1.2.3', '1.2.3'],
  ['tag', 'v1.2.3-rc.1', 'v1.2.3-rc.1', '1.2.3-rc.1'],
  ['branch', 'main', 'latest', '1.3.0-main.45'],
])(
  'the release of the %s %s is %s, of version %s',
  async (GITHUB_REF_TYPE, GITHUB_REF_NAME, tag, version) => {
    const env = { GITHUB_REF_TYPE, GITHUB_REF_NAME, GITHUB_RUN_NUMBER: '45' }
    const { status, output } = await runStep('version', 'Say which version this is', { env })
    expect({ status, output }).toEqual({ status: 0, output: `tag=${tag}\nversion=${version}\n` })
  },
)

describe('the former release', () => {
  const fetch = (refType: string, programs: Readonly<Record<string, string>>, ARCHITECTURE = 'x86_64') =>
    runStep('build', 'Fetch the former release', {
      env: { GITHUB_REF_TYPE: refType, ARCHITECTURE },
      programs,
    })
  const found = { gh: 'mkdir former', npm: 'exit 0' }

  test('is the latest version for a tag, and the rolling one for main', async () => {
    expect((await fetch('tag', found)).calls).toContain('gh release download --repo some/fork')
    await rm(join(folder, 'former'), { recursive: true })
    expect((await fetch('branch', found)).calls).toContain('gh release download latest --repo some/fork')
    expect(await readdir(folder)).toContain('former')
  })

  test('is that of the architecture which is built', async () => {
    const { calls } = await fetch('tag', found, 'aarch64')
    expect(calls).toContain('--pattern rootfs.aarch64.manifest.json --pattern rootfs.aarch64.tar.gz')
  })

  test.each([
    ['that is not there', { gh: 'exit 1', npm: 'exit 0' }],
    ['that came in part', { gh: 'mkdir former; exit 1', npm: 'exit 0' }],
    ['that cannot be read', { gh: 'mkdir former', npm: 'exit 3' }],
  ])('%s is not compared with, and fails no build', async (_, programs) => {
    expect((await fetch('tag', programs)).status).toBe(0)
    expect(await readdir(folder)).not.toContain('former')
  })

  test.each([
    ['is told to the build', true],
    ['is not, where there is none', false],
  ])('%s', async (_, isThere) => {
    const env = { KAWEEZLE_AGENT_KEY_PEM: 'x', ARCHITECTURE: 'x86_64', VERSION: '1.2.3' }
    const before = isThere ? await fetch('tag', found) : undefined
    expect(before?.status ?? 0).toBe(0)
    const { calls } = await runStep('build', 'Build', { env, programs: { npm: 'exit 0' } })
    expect(calls.endsWith(`--rootfs-version 1.2.3${isThere ? ' --since former' : ''}\n`)).toBe(true)
  })
})

describe('npm', () => {
  const publish = (VERSION: string, view: string) =>
    runStep('npm', 'Publish, unless that was done before', {
      env: { VERSION },
      programs: { npm: `[ "$1" != view ] || { ${view}; }` },
    })

  test.each([
    ['a version', '1.2.3', ''],
    ['a pre-release, which nobody gets unasked', '1.2.3-rc.1', ' --tag next'],
  ])('gets %s', async (_, version, tag) => {
    // Of a package without that version it prints nothing; without the package it fails.
    for (const view of ['true', 'exit 1']) {
      const { status, calls } = await publish(version, view)
      expect(status).toBe(0)
      expect(calls).toContain(
        `npm publish ./dist/kaweezle-${version}.tgz --provenance --access public${tag}\n`,
      )
    }
  })

  test('gets none twice', async () => {
    const { status, calls } = await publish('1.2.3', 'echo 1.2.3')
    expect({ status, calls }).toEqual({ status: 0, calls: 'npm view kaweezle@1.2.3 version\n' })
  })
})
