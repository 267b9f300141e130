import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signMessage } from '@kaweezle/release-format/minisign.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openReleaseWorld, type ReleaseWorld } from './support/release-world.ts'
import { fileOf, type ServedFile } from './support/served-file.ts'

let world: ReleaseWorld
beforeEach(async () => {
  world = await openReleaseWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

type Files = Map<string, ServedFile>
const sums = 'SHA256SUMS'
const minisig = 'SHA256SUMS.minisig'

function save(files: Files): string {
  const folder = join(world.folder, 'dist')
  mkdirSync(folder)
  for (const [name, file] of files) writeFileSync(join(folder, name), file.read(0, 1 << 20))
  return folder
}

test('a local release is checked like any other, and stays where it is', async () => {
  const folder = save(world.publish('1.0.0'))
  const file = join(folder, 'rootfs.tar.gz')
  expect((await world.install(folder)).path).toBe(file)
  expect((await world.install(file, { offline: true })).path).toBe(file)
  expect(await world.refusal(join(folder, 'rootfs.aarch64.tar.gz'))).toEqual(['RELEASE_INVALID', 3])
  expect((await world.install(file.replace('.tar', '.aarch64.tar'), { architecture: 'aarch64' })).size).toBe(
    200_000,
  )
  copyFileSync(join(folder, 'rootfs.aarch64.tar.gz'), file)
  expect(await world.refusal(file)).toEqual(['CHECKSUM_MISMATCH', 3])
  expect(world.cached()).toEqual({})
})

test.each([[[minisig]], [[minisig, sums]]])(
  'a build of one`s own without %j is taken only where that is allowed, and said so',
  async (absent) => {
    const files = world.publish('1.0.0')
    for (const name of absent) files.delete(name)
    const folder = save(files)
    expect(await world.refusal(folder)).toEqual(['SIGNATURE_INVALID', 3])
    expect(await world.refusal(folder, { allowUnsigned: true })).toBeUndefined()
    expect(world.events).toContainEqual({ type: 'unsigned', label: folder })
    expect(await world.refusal('v1.0.0', { allowUnsigned: true })).toEqual(['SIGNATURE_INVALID', 3])
    writeFileSync(join(folder, 'rootfs.tar.gz'), 'other')
    expect(await world.refusal(folder, { allowUnsigned: true })).toEqual(['CHECKSUM_MISMATCH', 3])
  },
)

test('a wrong signature is refused even where none is allowed', async () => {
  const files = world.publish('1.0.0')
  files.set(minisig, fileOf(signMessage(Buffer.from('other'), world.key, { trustedComment: '' })))
  expect(await world.refusal(save(files), { allowUnsigned: true })).toEqual(['SIGNATURE_INVALID', 3])
})

test.each(['./nowhere', './nowhere/rootfs.tar.gz'])('%s does not exist', async (path) => {
  expect(await world.refusal(path, { allowUnsigned: true })).toEqual(['SOURCE_MISSING', 4])
})
