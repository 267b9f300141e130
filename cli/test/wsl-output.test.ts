import { createByteTail } from '@kaweezle/program-kit/byte-tail.ts'
import { describe, expect, test } from 'vitest'
import { decodeOutput, errorCodeIn } from '../src/providers/wsl/decode-output.ts'
import type { WslRun } from '../src/providers/wsl/spawn-wsl.ts'
import { isLauncherFailure, parseNames } from '../src/providers/wsl/wsl-client.ts'
import { wslError } from '../src/providers/wsl/wsl-error.ts'
import { locales, message } from './support/wsl-double/messages.ts'

const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const empty = Buffer.alloc(0)
const run = (change: Partial<WslRun>): WslRun => ({ status: 255, stdout: empty, stderr: empty, ...change })

describe('what wsl.exe writes is read', () => {
  test.each([
    ['nothing', empty, ''],
    ['UTF-8', Buffer.from('kwsl\r\n'), 'kwsl\n'],
    ['UTF-16LE', utf16('kwsl\r\n'), 'kwsl\n'],
    ['UTF-16LE with a mark', utf16('\ufeffkwsl\r\n'), 'kwsl\n'],
    ['UTF-8 with a mark', Buffer.from('\ufeffkwsl\r\n'), 'kwsl\n'],
    ['the line ends of old builds', utf16('one\r\r\ntwo\r\r\n'), 'one\ntwo\n'],
    ['one letter', utf16('k'), 'k'],
    [
      'Chinese, which has few NULs',
      utf16('不存在具有所提供名称的分发。\r\n'),
      '不存在具有所提供名称的分发。\n',
    ],
    ['Chinese in UTF-8', Buffer.from('不存在具有所提供名称的分发。\r\n'), '不存在具有所提供名称的分发。\n'],
    ['a pair of surrogates', utf16('😀\r\n'), '😀\n'],
  ])('%s', (_, bytes, text) => {
    expect(decodeOutput(bytes)).toBe(text)
  })

  test.each([
    ['an odd number of bytes', utf16('kwsl\r\nx').subarray(0, -1)],
    ['only NULs', Buffer.alloc(7)],
    ['bytes that are no text', Buffer.from([0xff, 0x00, 0xd8, 0xd8, 0x80])],
    ['half a mark', Buffer.from([0xff])],
    ['a part of a larger buffer', utf16('xxkwsl').subarray(3, 9)],
  ])('and does not fail at %s', (_, bytes) => {
    expect(decodeOutput(bytes)).not.toMatch(/[\r\0]/)
  })

  test('ten megabytes within a second, in both encodings', () => {
    const text = 'a line of some distribution\r\n'.repeat(350_000)
    const since = performance.now()
    expect(decodeOutput(utf16(text)).length).toBe(decodeOutput(Buffer.from(text)).length)
    expect(performance.now() - since).toBeLessThan(5000)
  })
})

describe('the code of an error is found', () => {
  test.each(
    locales.flatMap(
      (locale) =>
        [
          [
            locale,
            'UTF-8',
            Buffer.from(`${message(locale, 'error', 'Wsl/Service/RegisterDistro/0x80070050')}\r\n`),
          ],
          [
            locale,
            'UTF-16',
            utf16(`${message(locale, 'error', 'Wsl/Service/RegisterDistro/0x80070050')}\r\n`),
          ],
        ] as const,
    ),
  )('in %s, %s', (_locale, _encoding, bytes) => {
    expect(errorCodeIn(bytes)).toBe('0x80070050')
  })

  test('behind what a Linux program wrote in the other encoding, at any offset', () => {
    const said = utf16('Fehler\r\nFehlercode: Wsl/Service/E_UNEXPECTED\r\n')
    expect(errorCodeIn(Buffer.concat([Buffer.from('é half a line'), said]))).toBe('E_UNEXPECTED')
    expect(errorCodeIn(Buffer.concat([Buffer.from('half a line'), said]))).toBe('E_UNEXPECTED')
  })

  test('with contexts that nobody knows yet', () => {
    expect(errorCodeIn(Buffer.from('X: Wsl/Service/?(44)/New/WSL_E_NEW\n'))).toBe('WSL_E_NEW')
  })

  test.each(['', 'Wsl', 'a path C:\\Wsl\\x', 'https://aka.ms/Wsl', 'NotWsl/Service/X'])(
    'and not in %j',
    (text) => {
      expect(errorCodeIn(Buffer.from(text))).toBeUndefined()
    },
  )
})

describe('the names of distributions', () => {
  test('are the lines', () => {
    expect(parseNames(run({ stdout: utf16('Ubuntu-24.04\r\nkwsl\r\nkwsl.data\r\n') }))).toEqual([
      'Ubuntu-24.04',
      'kwsl',
      'kwsl.data',
    ])
    expect(parseNames(run({ stdout: empty }))).toEqual([])
  })

  test.each(['Usage: wsl.exe [Argument]\r\n', '没有\r\n', 'kwsl\r\n\x1b[31mred\r\n'])(
    'are not taken from %j, which says that WSL is not installed',
    (text) => {
      expect(() => parseNames(run({ stdout: Buffer.from(text) }))).toThrow(
        expect.objectContaining({ code: 'PROVIDER_UNAVAILABLE' }),
      )
    },
  )
})

describe('a status', () => {
  test('of 4294967295 is a failure of wsl.exe, on every platform', () => {
    expect(isLauncherFailure(run({ status: 4294967295 }), 'win32')).toBe(true)
    expect(isLauncherFailure(run({ status: 4294967295 }), 'linux')).toBe(true)
  })

  test('of 255 is that of the program on Windows, whatever it wrote', () => {
    const stdout = Buffer.from('Error code: Wsl/Service/E_UNEXPECTED\r\n')
    expect(isLauncherFailure(run({ stdout }), 'win32')).toBe(false)
    expect(isLauncherFailure(run({ stdout }), 'linux')).toBe(true)
    expect(isLauncherFailure(run({ stdout: Buffer.from('failed\n') }), 'linux')).toBe(false)
  })
})

describe('a failure of wsl.exe becomes an error that says what to do', () => {
  test.each([
    ['HCS/HCS_E_HYPERV_NOT_INSTALLED', 'PROVIDER_UNAVAILABLE', /firmware/],
    ['WSL_E_WSL_OPTIONAL_COMPONENT_REQUIRED', 'PROVIDER_UNAVAILABLE', /--no-distribution/],
    ['0x80070422', 'PROVIDER_UNAVAILABLE', /WslService/],
    ['HCS_E_SERVICE_NOT_AVAILABLE', 'PROVIDER_UNAVAILABLE', /WslService/],
    ['0x80070070', 'DISK_FULL', /room/],
    ['ERROR_DISK_FULL', 'DISK_FULL', /room/],
    ['0x800700B7', 'PROVIDER_FAILED', /--name/],
    ['WSL_E_VM_CRASHED', 'PROVIDER_FAILED', /again/],
    ['WSL_E_OF_TOMORROW', 'PROVIDER_FAILED', /doctor/],
  ])('%s', (code, expected, hint) => {
    const error = wslError(
      'import kwsl',
      run({ stdout: utf16(`x\r\nX: Wsl/Service/CreateInstance/${code}\r\n`) }),
    )
    expect(error).toMatchObject({ code: expected, hint: expect.stringMatching(hint) })
    expect(error.message).toContain(code.split('/').at(-1))
  })

  test('a full disk is known by what Linux says, behind the same code as a bad archive', () => {
    const stdout = Buffer.from('X\r\nX: Wsl/Service/RegisterDistro/WSL_E_IMPORT_FAILED\r\n')
    const stderr = Buffer.from('bsdtar: Write error: No space left on device\n')
    expect(wslError('import kwsl', run({ stdout })).code).toBe('PROVIDER_FAILED')
    expect(wslError('import kwsl', run({ stdout, stderr })).code).toBe('DISK_FULL')
  })

  test('without a code, and with none of the control characters that it wrote', () => {
    const error = wslError('import kwsl', run({ stdout: Buffer.from('\x1b[2Jgone\x07\r\n') }))
    expect(error.message).toBe('WSL could not import kwsl: status 255')
    expect(error.details).toEqual(['[2Jgone'])
  })
})

describe('what a program writes', () => {
  test('is kept from its end, whatever its pieces', () => {
    const tail = createByteTail(10)
    for (const piece of ['abc', '', 'defghijklmnop', 'q', 'rstuvwxyz0123456789ABCDEF'])
      tail.add(Buffer.from(piece))
    expect(tail.bytes().toString()).toBe('6789ABCDEF')
    expect(createByteTail(10).bytes().length).toBe(0)
  })
})
