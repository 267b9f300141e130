import { expect, test } from 'vitest'
import { chooseApiPort } from './api-port.ts'

test('6443 is taken when it is free, else the next one that is', async () => {
  expect(await chooseApiPort(new Set(), async () => true)).toBe(6443)
  expect(await chooseApiPort(new Set(), async (port) => port > 6445)).toBe(6446)
})

test('the port of a cluster that is stopped is not given to another', async () => {
  expect(await chooseApiPort(new Set([6443, 6444]), async () => true)).toBe(6445)
})

test('a machine without free ports is told to choose one', async () => {
  await expect(chooseApiPort(new Set(), async () => false)).rejects.toMatchObject({
    code: 'PROVIDER_FAILED',
    hint: 'Choose one with --api-port.',
  })
})
