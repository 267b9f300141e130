import { expect, test } from 'vitest'
import { examineWslConfig, parseWslConfig } from './wsl-config.ts'
import { versionOf } from './wsl-examine.ts'

test.each([
  ['2.6.1.0', 'pass'],
  ['10.0.0.0', 'pass'],
  ['2.0.0.0', 'pass'],
  ['1.2.5.0', 'warn'],
  ['0.70.4.0', 'warn'],
  [undefined, 'warn'],
])('WSL %s is a %s', (version, verdict) => {
  expect(versionOf(version)).toMatchObject({ verdict })
})

test.each([
  ['', []],
  ['# [wsl2]\n#networkingMode=none\n', []],
  ['[wsl2]\r\nmemory=8GB\r\nlocalhostForwarding=true\r\n', []],
  ['[wsl2]\nlocalhostforwarding = False # why?\n', [/localhostForwarding/]],
  ['[wsl2]\nlocalhostForwarding=0\n', [/localhostForwarding/]],
  ['[WSL2]\nnetworkingMode=Mirrored\nlocalhostForwarding=false\n', []],
  ['\ufeff[wsl2]\nnetworkingMode="None"\n', [/networkingMode/]],
  ['[experimental]\nnetworkingMode=none\n', [/networkingMode/]],
  ['[other]\nnetworkingMode=none\n', []],
  ['[wsl2]\nsafeMode=true\n', [/safeMode/]],
  ['[wsl2]\nmemory=1GB\nprocessors=1\n', [/memory gives WSL 1\.1 GB/, /processors/]],
  ['[wsl2]\nmemory=2g\nprocessors=2\n', []],
  ['[wsl2]\nmemory=much\nprocessors=all\n', []],
])('of the settings %j, what harms is told', (text, faults) => {
  const found = examineWslConfig(text)
  if (faults.length === 0) expect(found).toMatchObject([{ verdict: 'pass' }])
  else
    expect(found).toMatchObject(
      faults.map((words) => ({
        verdict: 'fail',
        message: expect.stringMatching(words),
        hint: expect.stringContaining('wsl --shutdown'),
      })),
    )
})

test('of a key that is there twice, the first counts', () => {
  const settings = parseWslConfig('[wsl2]\nmemory=1GB\nMemory=8GB\n[boot]\nmemory = x\n')
  expect(Object.fromEntries(settings)).toEqual({ 'wsl2.memory': '1GB', 'boot.memory': 'x' })
})
