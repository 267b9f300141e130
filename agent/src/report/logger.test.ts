import { describe, expect, test } from 'vitest'
import { verbosities } from '../settings/schemas.ts'
import { createLogger, type LoggerOptions } from './logger.ts'

function open(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = []
  const clock = { now: Date.UTC(2026, 0, 1) }
  const logger = createLogger({
    level: 'info',
    json: false,
    colour: false,
    now: () => clock.now,
    write: (text) => void lines.push(text),
    ...options,
  })
  return { lines, clock, logger }
}

describe('text lines', () => {
  test("have logrus' form: four letters, and seconds since the start", () => {
    const { lines, clock, logger } = open()
    logger.info('Starting')
    clock.now += 2999
    logger.warn('Running /usr/bin/kubeadm init')
    clock.now += 12_345_000
    logger.error('failed')
    expect(lines).toEqual([
      'INFO[0000] Starting\n',
      'WARN[0002] Running /usr/bin/kubeadm init\n',
      'ERRO[12347] failed\n',
    ])
  })

  test.each([
    [{ name: 'kwsl', count: 3, ok: true }, ' name=kwsl count=3 ok=true'],
    [
      { path: '/etc/iknite.d/x.yaml', address: '10.0.0.1:6443' },
      ' path=/etc/iknite.d/x.yaml address=10.0.0.1:6443',
    ],
    [{ text: 'two words' }, ' text="two words"'],
    [{ text: 'a "b" \\c' }, ' text="a \\"b\\" \\\\c"'],
    [{ text: '' }, ' text=""'],
    [{ text: 'a=b' }, ' text="a=b"'],
    [{ list: ['a'] }, ' list="[\\"a\\"]"'],
    [{ gone: undefined }, ''],
  ])('fields come behind, quoted where they must: %j', (fields, text) => {
    const { lines, logger } = open()
    logger.info('x', fields)
    expect(lines).toEqual([`INFO[0000] x${text}\n`])
  })

  test.each([
    ['a\nERRO[0000] forged', 'a\\nERRO[0000] forged'],
    ['\x1b[2Jcleared', '\\x1b[2Jcleared'],
    ['back\rto the start', 'back\\x0dto the start'],
    ['right \u202e left', 'right \\u{202e} left'],
    ['\x9b31m', '\\x9b31m'],
    ['line\u2028separator', 'line\\u{2028}separator'],
  ])('nothing from outside rules the terminal or makes a line: %j', (message, text) => {
    const { lines, logger } = open()
    logger.info(message, { [message]: message })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(`INFO[0000] ${text} ${text}="`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is what is tested
    expect(lines[0]).toMatch(/^[^\x00-\x1f\x7f-\x9f\u202e\u2028]*\n$/)
  })

  test('a clock that is set back does not count below nothing', () => {
    const { lines, clock, logger } = open()
    clock.now -= 10_000
    logger.info('x')
    expect(lines).toEqual(['INFO[0000] x\n'])
  })

  test('colours are there only when asked for', () => {
    const { lines, logger } = open({ colour: true })
    logger.warn('x', { a: 1 })
    expect(lines).toEqual(['\x1b[33mWARN\x1b[0m[0000] x \x1b[33ma\x1b[0m=1\n'])
  })
})

test.each(verbosities.map((level, index) => [level, verbosities.slice(index)] as const))(
  'at level %s, what is less important is not shown',
  (level, shown) => {
    const { lines, logger } = open({ level, json: true })
    for (const each of verbosities) logger[each]('x')
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(shown)
  },
)

describe('JSON lines', () => {
  test('have the time, the level, the message and the fields', () => {
    const { lines, logger } = open({ json: true, colour: true })
    logger.info('two\nlines', { count: 1, nested: { a: [null] } })
    expect(lines).toEqual([
      '{"time":"2026-01-01T00:00:00.000Z","level":"info","msg":"two\\nlines","count":1,"nested":{"a":[null]}}\n',
    ])
  })

  test('a field cannot take the place of what every line has', () => {
    const { lines, logger } = open({ json: true })
    logger.info('true', { msg: 'false', level: 'error', time: 0 })
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'true', level: 'info', 'fields.msg': 'false' })
  })
})
