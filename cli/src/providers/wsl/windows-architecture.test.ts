import { expect, test } from 'vitest'
import { windowsArchitecture } from './windows-architecture.ts'

const intel = 'Intel64 Family 6 Model 154 Stepping 3, GenuineIntel'
const arm = 'ARMv8 (64-bit) Family 8 Model 1 Revision 201, Qualcomm Technologies Inc'

test.each([
  ['Node of x64 on x64', 'x64', { PROCESSOR_ARCHITECTURE: 'AMD64', PROCESSOR_IDENTIFIER: intel }, 'x86_64'],
  ['Node of Arm on Arm', 'arm64', { PROCESSOR_ARCHITECTURE: 'ARM64', PROCESSOR_IDENTIFIER: arm }, 'aarch64'],
  [
    'Node of x64, emulated on Arm',
    'x64',
    { PROCESSOR_ARCHITECTURE: 'AMD64', PROCESSOR_IDENTIFIER: arm },
    'aarch64',
  ],
  [
    'Node of x86, emulated on Arm',
    'ia32',
    { PROCESSOR_ARCHITECTURE: 'x86', PROCESSOR_ARCHITEW6432: 'ARM64' },
    'aarch64',
  ],
  [
    'Node of x86 on x64',
    'ia32',
    { PROCESSOR_ARCHITECTURE: 'x86', PROCESSOR_ARCHITEW6432: 'AMD64', PROCESSOR_IDENTIFIER: intel },
    'x86_64',
  ],
  ['Node without these variables', 'arm64', {}, 'aarch64'],
])('%s is known', (_title, nodeName, environment, architecture) => {
  expect(windowsArchitecture(environment, nodeName)).toBe(architecture)
})

test('a Windows of 32 bits has no root filesystem, and is told so', () => {
  const call = () => windowsArchitecture({ PROCESSOR_ARCHITECTURE: 'x86' }, 'ia32')
  expect(call).toThrow(expect.objectContaining({ code: 'PROVIDER_UNAVAILABLE', hint: expect.any(String) }))
})
