import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildMissing } from '../../pipeline/test/support/pipeline.ts'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { call, started } from '../src/commands/program.fixture.ts'
import { type ShownCheckout, shownCheckout, shownKey } from './support/shown-checkout.ts'
import { blocksIn, commandsOf, documents, readDocument, shells } from './support/shown-commands.ts'
import { notRunHere, runElsewhere } from './support/shown-elsewhere.ts'

const shownIn = (text: string) => blocksIn(text).flatMap(commandsOf)
const shown = [...new Set(documents.flatMap((document) => shownIn(readDocument(document))))]

const elsewhere = Object.values(runElsewhere).flatMap((commands) => Object.keys(commands))

type Place = 'the program' | 'a checkout' | 'elsewhere' | 'nowhere'

/** Where a command is run that is shown somewhere; undefined for one that nobody has thought of. */
function placeOf(command: string): Place | undefined {
  if (elsewhere.includes(command)) return 'elsewhere'
  if (command in notRunHere) return 'nowhere'
  if (/^(npm run|node cli\/dist\/kaweezle.cjs version|ln|git|tar|sha256sum|openssl|minisign)\b/.test(command))
    return 'a checkout'
  return /^(kaweezle|node cli\/dist\/kaweezle.cjs) /.test(command) ? 'the program' : undefined
}

const shownAt = (place: Place) => shown.filter((command) => placeOf(command) === place)

describe.each(documents)('%s', (document) => {
  const text = readDocument(document)

  test('shows only commands that a test runs, or whose reason not to is known', () => {
    expect(shownIn(text).filter((command) => placeOf(command) === undefined)).toEqual([])
  })

  test('shows commands in blocks of a shell only', () => {
    const languages = blocksIn(text).map(({ language }) => language)
    expect(languages.filter((one) => ![...shells, 'yaml', 'json', ''].includes(one))).toEqual([])
  })
})

test('every command that a table names is shown, and those run elsewhere are to be seen there', () => {
  expect([...Object.keys(notRunHere), ...elsewhere].filter((command) => !shown.includes(command))).toEqual([])
  for (const [file, places] of Object.entries(runElsewhere))
    for (const place of Object.values(places)) expect(readDocument(file)).toContain(place)
})

test('a new command, one in a prompt and one behind another are found', () => {
  const text = '```sh\nnpm ci && frob --all \\\n  it   # a comment\n```\n\n```\n$ frob twice\nfrob\n```\n'
  expect(shownIn(text)).toEqual(['npm ci', 'frob --all it', 'frob twice'])
  expect(shownIn(text).map(placeOf)).toEqual(['elsewhere', undefined, undefined])
})

describe('on a machine with a cluster', () => {
  test.each(shownAt('the program'))('%s', async (command) => {
    const [, line = ''] = /^(?:kaweezle|node \S+) (.*)$/.exec(command) ?? []
    const on = await started()
    const [, release] = /--release (\S+)/.exec(line) ?? []
    on.offered.set(release ?? 'latest', '1.1.0')
    const { status, stderr } = await call(line.replace('RW...', shownKey), on, { answer: 'y' })
    // What `exec` runs inside ends with 7 there.
    expect(status, stderr).toBe(line.startsWith('exec') ? 7 : 0)
  })

  test('a command that is wrong fails', async () => {
    expect(await call('start --frob', await started())).toMatchObject({ status: 2 })
  })
})

const describeCheckout = await requirement(
  'whole builds and minisign',
  async () => (await buildMissing()) ?? (await minisignMissing()),
)

/** What they print, where that they succeed says too little. */
const prints: Readonly<Record<string, RegExp>> = {
  'npm run lock -- --recipe rootfs/minimal.yaml --check': /^Nothing moves\.$/m,
  'npm run rebuild -- release-1.2.0': /rootfs\.tar\.gz is reproducible: [0-9a-f]{64}/,
  'sha256sum again/rootfs.tar.gz release-1.2.0/rootfs.tar.gz': /^([0-9a-f]{64}) .*\n\1 /,
  'npm run release': /is published: https?:/,
}

describeCheckout('in a checkout', () => {
  let checkout: ShownCheckout

  beforeAll(async () => {
    checkout = await shownCheckout()
  }, 300_000)
  afterAll(() => checkout[Symbol.asyncDispose]())

  test.each(shownAt('a checkout'))(
    '%s',
    async (command) => {
      expect(await checkout.run(command)).toMatch(prints[command] ?? /^/)
    },
    120_000,
  )

  test('a command that is wrong fails', async () => {
    await expect(checkout.run('npm run verify -- nowhere')).rejects.toThrow('ended with')
    await expect(checkout.run('npm run lock -- --offline')).rejects.toThrow('ended with 2')
  })
})

async function minisignMissing(): Promise<string | undefined> {
  const { failed } = await execa('minisign', ['-v'], { reject: false })
  return failed ? 'no minisign' : undefined
}
