import { expect, test } from 'vitest'
import { PipelineError } from '../errors.ts'
import { type DisplayOptions, openDisplay } from './display.ts'

const error = new PipelineError('LOCK_STALE', 'the lock\u001b[2J is stale', {
  hint: 'Run it.',
  cause: new Error('deep down'),
})

test.each(['pretty', 'plain', 'json', 'silent'] as const)(
  '%s says on stderr what went wrong and what to do',
  (renderer) => {
    const { stderr } = watched({ renderer }, (display) => display.failure('build', error))
    expect(stderr).toBe('error: the lock\\x1b[2J is stale\nhint:  Run it.\n')
  },
)

test('with verbose the stack follows, with that of the cause', () => {
  const { stderr } = watched({ renderer: 'plain', verbose: true }, (display) =>
    display.failure('build', error),
  )
  expect(stderr).toMatch(/hint: {2}Run it\.\n.*\n {4}at .*\ncaused by: Error: deep down\n {4}at /s)
})

test.each([
  [new TypeError('x is not a function'), 'error: a bug of ours: x is not a function\n'],
  ['thrown text', 'error: a bug of ours: thrown text\n'],
])('%s is owned as a bug, without its stack', (bug, message) => {
  const { stderr } = watched({ renderer: 'plain' }, (display) => display.failure('build', bug))
  expect(stderr).toBe(`${message}hint:  Run it again with --verbose, and report what it prints.\n`)
})

test('json tells programs of a failure outside every step', () => {
  const { stdout } = watched({ renderer: 'json' }, (display) => display.failure('build', error))
  expect(JSON.parse(stdout)).toEqual({
    time: expect.stringMatching(/Z$/),
    step: 'build',
    event: 'failed',
    message: error.message,
    code: 'LOCK_STALE',
    hint: 'Run it.',
  })
})

test('json tells programs once of a failure that a step has told', () => {
  const { stdout } = watched({ renderer: 'json' }, (display) => {
    display.emit({ time: 0, step: 'locks', event: 'failed', message: error.message })
    display.failure('build', error)
  })
  expect(stdout.match(/"failed"/g)).toHaveLength(1)
})

test.each(['pretty', 'silent'] as const)('%s writes no line for an event', (renderer) => {
  const written = watched({ renderer }, (display) =>
    display.emit({ time: 0, step: 'a', event: 'start', title: 'A' }),
  )
  expect(written).toEqual({ stdout: '', stderr: '' })
})

function watched(
  options: Partial<DisplayOptions> & Pick<DisplayOptions, 'renderer'>,
  act: (display: ReturnType<typeof openDisplay>) => void,
) {
  const written = { stdout: '', stderr: '' }
  const display = openDisplay(
    { verbose: false, ...options },
    {
      stdout: (text) => {
        written.stdout += text
      },
      stderr: (text) => {
        written.stderr += text
      },
    },
  )
  act(display)
  return written
}
