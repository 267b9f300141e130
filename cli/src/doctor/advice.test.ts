import { expect, test } from 'vitest'
import { call, started } from '../commands/program.fixture.ts'

test('a machine that is gone is made again by an update to another release, with the data', async () => {
  const on = await started()
  const { machine } = on.provider
  Object.assign(machine, { active: undefined, isRunning: false })
  const [first] = machine.data ?? []
  on.offered.set('v1.1.0', '1.1.0')
  const { status, stderr } = await call('update --release v1.1.0', on)
  expect(status, stderr).toBe(0)
  expect(machine.data).toEqual([first, machine.active])
})

test('a cluster of which no state tells is removed by uninstall', async () => {
  const on = await started()
  on.provider.list = async () => (on.provider.machine.data === undefined ? [] : ['stranger'])
  expect(await call('uninstall --name stranger --yes', on)).toMatchObject({ status: 0 })
  expect(on.provider.machine.data).toBeUndefined()
})
