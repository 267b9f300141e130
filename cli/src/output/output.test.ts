import { expect, test, vi } from 'vitest'
import { KaweezleError } from '../errors.ts'
import { documentText } from './document.ts'
import { failureText } from './failure.ts'
import { liveProgress } from './live-progress.ts'
import { plainProgress } from './plain-progress.ts'
import type { ProgressEvent } from './progress.ts'
import { columns, fields } from './rows.ts'
import { type TerminalSources, terminalOf } from './terminal.ts'
import { bytesText, durationText } from './units.ts'

function terminal(environment: Record<string, string> = {}, more: Partial<TerminalSources> = {}) {
  return terminalOf({
    environment: { LANG: 'C.UTF-8', ...environment },
    platform: 'linux',
    isTerminal: true,
    columns: 60,
    ...more,
  })
}

test('a terminal has colours and a line that turns', () => {
  expect(terminal()).toEqual({ isLive: true, hasColour: true, hasUnicode: true, columns: 60 })
})

test.each([
  ['NO_COLOR', { NO_COLOR: '1' }, { isLive: true, hasColour: false }],
  ['an empty NO_COLOR', { NO_COLOR: '' }, { hasColour: true }],
  ['TERM=dumb', { TERM: 'dumb' }, { isLive: false, hasColour: false }],
  ['CI', { CI: 'true' }, { isLive: false }],
  ['CI=false', { CI: 'false' }, { isLive: true }],
  ['NO_COLOR with FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, { hasColour: false }],
  ['a locale that is not UTF-8', { LANG: 'de_DE.ISO-8859-1' }, { hasUnicode: false }],
  ['LC_ALL=C', { LC_ALL: 'C' }, { hasUnicode: false }],
])('%s is respected', (_, environment, expected) => {
  expect(terminal(environment)).toMatchObject(expected)
})

test('a terminal that says that it is 0 columns wide is taken as one of 80', () => {
  expect(terminal({}, { columns: 0 }).columns).toBe(80)
  expect(terminal({}, { columns: undefined }).columns).toBe(80)
})

test('a pipe has no colours and no line that turns, unless colours are forced', () => {
  const pipe = { isTerminal: false }
  expect(terminal({}, pipe)).toMatchObject({ isLive: false, hasColour: false })
  expect(terminal({ FORCE_COLOR: '1' }, pipe)).toMatchObject({ isLive: false, hasColour: true })
  expect(terminal({ FORCE_COLOR: '0' }, pipe)).toMatchObject({ hasColour: false })
})

test('the old console of Windows gets ASCII, and the new one does not', () => {
  expect(terminal({}, { platform: 'win32' }).hasUnicode).toBe(false)
  expect(terminal({ WT_SESSION: 'x' }, { platform: 'win32' }).hasUnicode).toBe(true)
})

const label = 'rootfs.tar.gz'
const events: readonly ProgressEvent[] = [
  { kind: 'step', title: 'Looking for the release latest' },
  { type: 'started', label, total: 200e6 },
  { type: 'resumed', label, bytes: 50e6 },
  { type: 'progress', label, bytes: 60e6, total: 200e6, rate: 10e6, secondsLeft: 14 },
  { type: 'progress', label, bytes: 61e6, total: 200e6, rate: 10e6, secondsLeft: 14 },
  { type: 'retrying', label, reason: 'it \x1b[2J was cut', delay: 1_500 },
  { type: 'done', label, bytes: 200e6, from: 'source' },
  { type: 'unsigned', label: './dist' },
  { type: 'waiting', label },
  { type: 'damaged', label, path: '/cache/x' },
  { kind: 'step', title: 'Starting kaweezle' },
  { kind: 'log', line: 'INFO[0001] kubeadm init' },
  { kind: 'warning', message: 'the clock is wrong' },
]

function plain(isVerbose: boolean): string {
  let text = ''
  const view = plainProgress({
    isVerbose,
    write: (more) => {
      text += more
    },
  })
  for (const event of events) view.show(event)
  view.end(true)
  return text
}

test('without a terminal, there is one plain line an event, and one a tenth of a download', () => {
  expect(plain(false)).toBe(`Looking for the release latest
Downloading rootfs.tar.gz (200 MB)
  rootfs.tar.gz: going on after 50.0 MB
  60.0 MB of 200 MB, 10.0 MB/s, 14 s left
warning: rootfs.tar.gz: it \\x1b[2J was cut; the next try is in 2 s
  rootfs.tar.gz is downloaded and verified
warning: ./dist has no signature, and is taken because you allowed that
Waiting for another kaweezle that downloads rootfs.tar.gz
warning: /cache/x is damaged, and is fetched again
Starting kaweezle
warning: the clock is wrong
`)
})

test('the log of the cluster is shown only where more is asked for', () => {
  expect(plain(false)).not.toContain('kubeadm')
  expect(plain(true)).toContain('\n  INFO[0001] kubeadm init\n')
})

function live(environment: Record<string, string>, isDone = true): string {
  let text = ''
  let now = 0
  const view = liveProgress({
    terminal: terminal(environment),
    isVerbose: false,
    write: (more) => {
      text += more
    },
    now: () => {
      now += 2_000
      return now
    },
  })
  for (const event of events) view.show(event)
  view.end(isDone)
  return text
}

/** What is left on the screen: a line that is written over is gone. */
function screen(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\r\x1b[2K').at(-1) ?? '')
    .join('\n')
}

test('on a terminal, steps that have ended stay, and a download shows bytes, rate and time left', () => {
  const text = live({ NO_COLOR: '1' })
  expect(text).toContain('Downloading rootfs.tar.gz (200 MB)  60.0 MB of 200 MB')
  expect(screen(text)).toContain('✔ Looking for the release latest\n')
  expect(screen(text)).toMatch(/✔ Starting kaweezle( \(.*\))?\n$/)
})

test('the step that failed is marked so', () => {
  expect(screen(live({ NO_COLOR: '1' }, false))).toMatch(/✖ Starting kaweezle( \(.*\))?\n$/)
})

test('without colours there are none, and without UTF-8 only ASCII', () => {
  const text = live({ NO_COLOR: '1', LANG: 'C' })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  expect(text).not.toMatch(/\x1b\[\d+m/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what ASCII is
  expect(text).toMatch(/^[\x00-\x7f]*$/)
})

test('control characters from outside reach no terminal', () => {
  expect(live({})).toContain('it \\x1b[2J was cut')
})

test('no line is wider than the terminal', () => {
  const lines = live({ NO_COLOR: '1' }).replaceAll('\r\x1b[2K', '\n').split('\n')
  for (const line of lines) {
    if (!line.startsWith('warning:')) expect(line.length).toBeLessThan(60)
  }
})

test('the line that turns keeps no program from ending', () => {
  const unref = vi.fn()
  const set = vi.spyOn(globalThis, 'setInterval').mockReturnValue({
    unref: () => {
      unref()
      return undefined
    },
  } as never)
  live({})
  expect(unref).toHaveBeenCalled()
  set.mockRestore()
})

test('an error has details and a hint, each on lines of their own and without control characters', () => {
  const error = new KaweezleError('AGENT_FAILED', 'no \x07', { hint: 'Look.', details: ['a\nb'] })
  expect(failureText(error, { isVerbose: false, hasColour: false })).toBe(
    'error: no \\x07\n  a\n  b\nhint: Look.\n',
  )
})

test('the stack and the causes are told only where more is asked for', () => {
  const error = new KaweezleError('FILE_FAILED', 'no', { cause: new Error('EACCES') })
  expect(failureText(error, { isVerbose: false, hasColour: false })).not.toContain('EACCES')
  expect(failureText(error, { isVerbose: true, hasColour: false })).toContain('caused by Error: EACCES')
})

test('what is thrown and is no error is a bug of ours too', () => {
  expect(failureText('oops', { isVerbose: true, hasColour: false })).toContain(
    'error: oops\nhint: This is a bug',
  )
})

test('JSON and YAML hold the same, keys without a value in neither', async () => {
  const document = { a: undefined, b: 'yes', c: ['x'.repeat(100)] }
  expect(await documentText(document, 'json')).toBe(
    `{\n  "b": "yes",\n  "c": [\n    "${'x'.repeat(100)}"\n  ]\n}\n`,
  )
  expect(await documentText(document, 'yaml')).toBe(`b: yes\nc:\n  - ${'x'.repeat(100)}\n`)
  expect(await documentText(undefined, 'json')).toBe('null\n')
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [99_949, '99.9 kB'],
  [99_950, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [2.5e12, '2.5 TB'],
  [5e15, '5000 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})

test.each([
  [-1, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [3_599, '59 min 59 s'],
  [7_400, '2 h 3 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})

test('columns are as wide as their widest cell, and safe', () => {
  expect(
    columns([
      ['a', 'b'],
      ['long', undefined],
      ['\x1b', 'x'],
    ]),
  ).toBe('a     b\nlong\n\\x1b  x\n')
  expect(
    fields([
      ['a', undefined],
      ['b', '1'],
    ]),
  ).toBe('b  1\n')
})
