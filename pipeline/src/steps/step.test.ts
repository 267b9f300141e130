import { Listr } from 'listr2'
import { expect, test } from 'vitest'
import { PipelineError } from '../errors.ts'
import type { StepEvent } from '../render/event.ts'
import type { Run } from './run.ts'
import { type StepDefinition, step } from './step.ts'

function aRun(signal = new AbortController().signal): Run & { readonly events: StepEvent[] } {
  const events: StepEvent[] = []
  return { signal, events, emit: (event) => void events.push(event), listen() {} }
}

async function perform(run: Run, body: StepDefinition<Run>['run']): Promise<void> {
  const task = step<Run>({ name: 'try', title: 'Try it', run: body })
  await new Listr<Run, 'silent'>([task], { renderer: 'silent', ctx: run }).run()
}

test('a step that does something tells its start, its progress and what it did', async () => {
  const run = aRun()
  await perform(run, async (_, progress) => {
    progress.line('half way')
    progress.bytes(10, 10)
    return { done: 'all of it' }
  })
  expect(run.events).toMatchObject([
    { step: 'try', event: 'start', title: 'Try it' },
    { step: 'try', event: 'progress', message: 'half way' },
    { step: 'try', event: 'progress', bytes: 10, total: 10 },
    { step: 'try', event: 'done', message: 'all of it', seconds: expect.any(Number) },
  ])
})

test('a step with nothing to do is skipped, with its reason', async () => {
  const run = aRun()
  await perform(run, async () => ({ skipped: 'it stands' }))
  expect(run.events.at(-1)).toMatchObject({ event: 'skipped', message: 'it stands' })
})

test('bytes that come in quick succession are told once, and the last ones always', async () => {
  const run = aRun()
  await perform(run, async (_, progress) => {
    for (let done = 1; done <= 1000; done += 1) progress.bytes(done, 1000)
    return { done: '' }
  })
  const told = run.events.filter((event) => event.event === 'progress')
  expect(told.length).toBeLessThan(10)
  expect(told.at(-1)).toMatchObject({ bytes: 1000 })
})

test('a step that fails tells code and hint, and ends the run with its error', async () => {
  const run = aRun()
  const failure = new PipelineError('DISK_FULL', 'no space is left', { hint: 'Make room.' })
  const running = perform(run, async () => {
    throw failure
  })
  await expect(running).rejects.toBe(failure)
  expect(run.events.at(-1)).toMatchObject({ event: 'failed', code: 'DISK_FULL', hint: 'Make room.' })
})

test('a step does not begin once the run is interrupted', async () => {
  const reason = new PipelineError('INTERRUPTED', 'interrupted by SIGINT')
  const run = aRun(AbortSignal.abort(reason))
  let began = false
  const running = perform(run, async () => {
    began = true
    return { done: '' }
  })
  await expect(running).rejects.toBe(reason)
  expect(began).toBe(false)
})
