import { createHash, generateKeyPairSync } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { ApkChecksum } from '../digest.ts'
import { parseIndex, verifyIndex } from './index.ts'
import { buildIndex, signIndex } from './index-writer.ts'
import { parseInfo } from './info.ts'
import { readTar } from './tar.ts'

const options = { architecture: 'x86_64', description: 'test v1', sourceDate: 1700000000 }
const full = entry(
  [
    'pkgname = b-package',
    'pkgver = 1.0-r0',
    'pkgdesc = Ünïcode: text',
    'url = https://example.test',
    'builddate = 1700000001',
    'size = 4096',
    'arch = noarch',
    'origin = src',
    'commit = abc',
    'maintainer = M <m@x>',
    'license = MIT',
    'depend = a>1',
    'depend = !c',
    'provides = cmd:b=1.0-r0',
    'install_if = a docs',
    'provider_priority = 10',
  ],
  'Q1j9huCmxqWKDR+abKskcY8e/aZMo=',
)
const plain = entry(['pkgname = a', 'pkgver = 2'], 'Q1LLq2qDNrS/qRnhxQ3hsY/sHbQnc=')

test("fields come in apk's order, with the architecture of the repository", () => {
  const [description, index] = readTar(gunzipSync(buildIndex([full, plain], options)), 'test')
  expect(description?.name).toBe('DESCRIPTION')
  expect(String(description?.bytes)).toBe('test v1')
  expect(String(index?.bytes).split('\n')).toEqual([
    'C:Q1LLq2qDNrS/qRnhxQ3hsY/sHbQnc=',
    'P:a',
    'V:2',
    'A:x86_64',
    'S:77',
    'I:0',
    'T:',
    'U:',
    'L:',
    '',
    'C:Q1j9huCmxqWKDR+abKskcY8e/aZMo=',
    'P:b-package',
    'V:1.0-r0',
    'A:x86_64',
    'S:77',
    'I:4096',
    'T:Ünïcode: text',
    'U:https://example.test',
    'L:MIT',
    'o:src',
    'm:M <m@x>',
    't:1700000001',
    'c:abc',
    'k:10',
    'D:a>1 !c',
    'p:cmd:b=1.0-r0',
    'i:a docs',
    '',
    '',
  ])
})

test('the bytes depend on the packages and the date, and on nothing else', () => {
  const index = buildIndex([full, plain], options)
  expect(buildIndex([plain, full], options)).toEqual(index)
  expect(buildIndex([plain, full], { ...options, sourceDate: 1 })).not.toEqual(index)
  expect(buildIndex([plain], options)).not.toEqual(index)
  expect(index.subarray(0, 10).toString('hex')).toBe('1f8b0800000000000203')
  // Changes with the version of zlib in Node, and then on purpose.
  expect(createHash('sha256').update(gunzipSync(index)).digest('hex')).toMatchInlineSnapshot(
    `"e416547e40f3430f7883f8d76d1f4b1b8f0b719de22da86cae103d31f86b1537"`,
  )
})

test.each(['RSA', 'RSA256'] as const)(
  'what is written with %s is verified and read again',
  async (algorithm) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = { keyName: 'test.rsa.pub', privateKey, algorithm }
    const index = signIndex(buildIndex([full, plain], options), key)
    expect(signIndex(buildIndex([full, plain], options), key)).toEqual(index)
    const packages = parseIndex(await verifyIndex(index, new Map([['test.rsa.pub', publicKey]]), 'test'))
    const { replaces, triggers, replacesPriority, dataHash, ...metadata } = full.info
    expect(packages[1]).toEqual({ ...metadata, architecture: 'x86_64', checksum: full.checksum, size: 77 })
  },
)

test('a name of a key that fits no header is refused', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  expect(() => signIndex(Buffer.alloc(1), { keyName: 'a'.repeat(95), privateKey })).toThrow(
    'a name that no key can have',
  )
})

function entry(lines: readonly string[], checksum: string) {
  return { checksum: checksum as ApkChecksum, size: 77, info: parseInfo(`${lines.join('\n')}\n`, 'test') }
}
