import { expect, test } from 'vitest'
import { isPipelineError } from '../pipeline/src/errors.ts'
import { runCommand } from './run-command.ts'

const environment = { PATH: process.env['PATH'] ?? '' }
const run = (script: string, more = {}) => runCommand({ argv: ['sh', '-c', script], environment, ...more })

test('all that a program says is handed on line by line; what it printed to stdout is the result', async () => {
  const lines: string[] = []
  const onLine = (line: string) => void lines.push(line)
  expect(await run('echo one; echo two >&2; pwd >/dev/null; echo "$HOME"', { onLine })).toBe('one\n')
  expect(lines.toSorted()).toEqual(['', 'one', 'two'])
})

test('of a program that fails, the end of what it said is in the error', async () => {
  const error = await run('seq 100; echo broken >&2; exit 3').catch((reason: unknown) => reason)
  expect(isPipelineError(error, 'COMMAND_FAILED')).toBe(true)
  expect(error).toMatchObject({ message: expect.stringMatching(/exit code 3[\s\S]*\n100\nbroken$/) })
  expect(error).toMatchObject({ message: expect.not.stringMatching(/\n50\n/) })
})

test('a program that is interrupted may clean up, and is waited for', async () => {
  const controller = new AbortController()
  const lines: string[] = []
  const onLine = (line: string) => {
    lines.push(line)
    if (line === 'begun') controller.abort(new Error('enough'))
  }
  const script = "trap 'sleep 0.3; echo cleaned; exit 1' INT; echo begun; while :; do sleep 0.05; done"
  await expect(run(script, { onLine, signal: controller.signal })).rejects.toThrow('enough')
  expect(lines).toEqual(['begun', 'cleaned'])
  await expect(run('echo begun', { onLine, signal: controller.signal })).rejects.toThrow('enough')
  expect(lines).toHaveLength(2)
})
