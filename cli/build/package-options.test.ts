import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { packageHelp, packageOptions } from './package-options.ts'

test('without flags all forms of the own version land in dist, for the own repository', () => {
  expect(packageOptions([], '1.2.3')).toEqual({
    out: resolve('dist'),
    version: '1.2.3',
    repository: 'kaweezle/kaweezle',
    tag: 'v1.2.3',
    only: new Set(['npm', 'windows-x64', 'linux-x64', 'linux-arm64']),
  })
})

test('flags say otherwise', () => {
  const flags = ['--out', 'there', '--version=2.0.0-main.4', '--repository', 'some/fork', '--tag', 'latest']
  expect(packageOptions([...flags, '--only', 'npm,linux-x64'], '1.2.3')).toEqual({
    out: resolve('there'),
    version: '2.0.0-main.4',
    repository: 'some/fork',
    tag: 'latest',
    only: new Set(['npm', 'linux-x64']),
  })
})

test.each([
  [['--version', 'v1.2.3'], 'a version like 1.2.3'],
  [['--version', '1.2'], 'a version like 1.2.3'],
  [['--repository', 'https://github.com/a/b'], 'OWNER/NAME'],
  [['--tag', 'a/../b'], 'a tag like'],
  [['--only', 'npm,macos-arm64'], "'macos-arm64', and has to be of npm, windows-x64"],
  [['--only', ''], 'has to be of npm'],
  [['--onyl', 'npm'], "'--onyl'"],
  [['npm'], "'npm'"],
])('%j is refused with a reason', (argv, message) => {
  expect(() => packageOptions(argv, '1.2.3')).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
  )
})

test('help is asked for, and names each flag', () => {
  expect(packageOptions(['--help'], '1.2.3')).toBeUndefined()
  for (const flag of ['out', 'version', 'repository', 'tag', 'only'])
    expect(packageHelp).toContain(`--${flag} `)
})

test('the program ends with 2 when its command line is wrong, and writes nothing', () => {
  const program = join(import.meta.dirname, 'package-main.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--only', 'all'], {
    encoding: 'utf8',
  })
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(/^error: --only is 'all'.*\nhint: See `npm run package-cli -- --help`\.\n$/)
})
