import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { signMessage, verifySignature } from '../src/minisign.ts'
import { formatPublicKey, parsePublicKey, parseSecretKey } from '../src/minisign-key.ts'
import { makeKey } from './support/make-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'minisign-'))
const isThere = spawnSync('minisign', ['-v']).status === 0
afterAll(() => rmSync(folder, { recursive: true }))

function minisign(...argv: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('minisign', argv, { cwd: folder, encoding: 'utf8', input: '' })
  return { status, output: stdout + stderr }
}

test("Debian's minisign is there in CI", () => {
  expect(isThere || process.env['CI'] === undefined).toBe(true)
})

test.runIf(isThere).each(['Ed', 'ED'] as const)(
  'minisign takes our %s signatures, and no other',
  (algorithm) => {
    const key = makeKey()
    writeFileSync(join(folder, 'ours.pub'), formatPublicKey(key))
    writeFileSync(join(folder, 'ours'), 'message')
    const signature = signMessage(Buffer.from('message'), key, { trustedComment: 'v1.2.3', algorithm })
    writeFileSync(join(folder, 'ours.minisig'), signature)
    const verified = minisign('-V', '-p', 'ours.pub', '-m', 'ours')
    expect(verified.output).toContain('Trusted comment: v1.2.3')
    expect(verified.status).toBe(0)
    writeFileSync(join(folder, 'ours'), 'Message')
    expect(minisign('-V', '-p', 'ours.pub', '-m', 'ours').status).not.toBe(0)
  },
)

test.runIf(isThere).each([['-l'], []])("minisign's own signatures hold (%j)", (...flags) => {
  writeFileSync(join(folder, 'theirs'), 'message')
  expect(minisign('-G', '-f', '-W', '-p', 'theirs.pub', '-s', 'theirs.key').status).toBe(0)
  expect(minisign('-S', ...flags, '-W', '-s', 'theirs.key', '-m', 'theirs', '-t', 'v1').status).toBe(0)
  const signature = readFileSync(join(folder, 'theirs.minisig'), 'utf8')
  const key = parsePublicKey(readFileSync(join(folder, 'theirs.pub'), 'utf8'))
  expect(verifySignature(Buffer.from('message'), signature, [key]).trustedComment).toBe('v1')
  expect(() => verifySignature(Buffer.from('Message'), signature, [key])).toThrow('not of this file')
  expect(signature).toContain(flags.length > 0 ? '\nRW' : '\nRU')
})

test.runIf(isThere)("minisign's secret keys sign for us, and damaged ones do not", () => {
  expect(minisign('-G', '-f', '-W', '-p', 'both.pub', '-s', 'both.key').status).toBe(0)
  const text = readFileSync(join(folder, 'both.key'), 'utf8')
  const key = parseSecretKey(text)
  expect(formatPublicKey(key).split('\n')[1]).toBe(
    readFileSync(join(folder, 'both.pub'), 'utf8').split('\n')[1],
  )
  const bytes = Buffer.from(text.split('\n')[1] ?? '', 'base64')
  bytes[70] = (bytes[70] ?? 0) ^ 1
  expect(() => parseSecretKey(bytes.toString('base64'))).toThrow('do not belong together')
})
