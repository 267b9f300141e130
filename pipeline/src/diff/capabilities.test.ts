import { expect, test } from 'vitest'
import { describeCapabilities } from './capabilities.ts'

// Written by setcap 2.66 and read back with getfattr, but for the version 1 one, which it no longer writes.
test.each([
  ['0100000200200000000000000000000000000000', 'cap_net_raw=ep'],
  ['0000000200200000000000000000000000000000', 'cap_net_raw=p'],
  ['0100000200040000000000000000000000010000', 'cap_net_bind_service=ep cap_checkpoint_restore=ei'],
  ['0100000200240000000000000000000000000000', 'cap_net_bind_service,cap_net_raw=ep'],
  ['0000000200000000000000000000000000000000', '='],
  ['010000030020000000000000000000000000000064000000', 'cap_net_raw=ep [rootid=100]'],
  ['010000010020000000000000', 'cap_net_raw=ep'],
  ['0100000200000000000000000000800000000000', 'cap_55=ep'],
])('%s is %s', (hex, text) => {
  expect(describeCapabilities(Buffer.from(hex, 'hex'))).toBe(text)
})

test.each([
  '',
  '01',
  '01000002',
  '0100000400200000000000000000000000000000',
  '010000022020000000000000000000000000000000',
])('what is no such structure is shown as it is: "%s"', (hex) => {
  expect(describeCapabilities(Buffer.from(hex, 'hex'))).toBe(`0x${hex}`)
})
