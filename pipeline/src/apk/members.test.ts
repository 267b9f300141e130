import { deflateRawSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { collectMember, splitMembers } from './members.ts'

const first = gzipSync('first '.repeat(100))
const second = gzipSync(Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i) % 251)))
const empty = gzipSync('')
const file = Buffer.concat([first, second, empty])

test.each([1, 2, 7, 9, 10, 11, first.length, first.length - 1, first.length - 8, 4096, file.length])(
  'members are found whole when the file comes in chunks of %i bytes',
  async (size) => {
    const members = await split(inChunks(file, size))
    expect(members.map(({ compressed }) => compressed)).toEqual([first, second, empty])
    expect(members[0]?.inflated.toString()).toBe('first '.repeat(100))
    expect(members[2]?.inflated.length).toBe(0)
  },
)

test('a header with all optional fields is passed over', async () => {
  const named = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0x1f, 0, 0, 0, 0, 0, 3, 2, 0, 0xaa, 0xbb]),
    Buffer.from('name\0comment\0cc'),
    first.subarray(10),
  ])
  const [member] = await split(inChunks(named, 3))
  expect(member?.compressed).toEqual(named)
})

test('a file that is cut at any place but the end of a member is refused', async () => {
  const ends = [first.length, first.length + second.length]
  for (let length = 0; length < file.length; length++) {
    const cut = split(inChunks(file.subarray(0, length), 64))
    if (ends.includes(length)) expect(await cut).toHaveLength(ends.indexOf(length) + 1)
    else await expect(cut, `${length} bytes`).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
  }
})

test.each([
  ['a zero', [0]],
  ['many zeros', Array(512).fill(0)],
  ['text', [...Buffer.from('more')]],
  ['half a magic number', [0x1f]],
  ['a header only', [...first.subarray(0, 10)]],
  ['an unknown method', [0x1f, 0x8b, 7, ...first.subarray(3)]],
  ['a reserved flag', [0x1f, 0x8b, 8, 0x20, ...first.subarray(4)]],
])('%s behind the last member is refused', async (_, bytes) => {
  const longer = Buffer.concat([file, Buffer.from(bytes)])
  await expect(split(inChunks(longer, 100))).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
})

test('a wrong checksum and a wrong length in a trailer are refused', async () => {
  for (const offset of [8, 4]) {
    const bad = Buffer.from(second)
    bad.writeUInt8(bad.readUInt8(bad.length - offset) ^ 1, bad.length - offset)
    await expect(split(inChunks(bad, 100))).rejects.toThrow('a gzip checksum does not match')
  }
})

test('an endless name in a header is not read forever', async () => {
  let sent = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3])
    for (; sent < 2 ** 26; sent += 4096) yield Buffer.alloc(4096, 'n')
  }
  await expect(split(endless())).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
  expect(sent).toBeLessThan(256 * 1024)
})

test('a member that inflates to more than its limit is given up early', async () => {
  const bomb = bombMember(256 * 1024 * 1024)
  let taken = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of inChunks(bomb, 16 * 1024)) {
      taken += chunk.length
      yield chunk
    }
  }
  for await (const member of splitMembers(counted(), 'bomb')) {
    expect(await collectMember(member, 1024 * 1024)).toBeUndefined()
    break
  }
  expect(taken).toBeLessThan(64 * 1024)
})

test('what the bytes come from is closed when the reader stops early', async () => {
  let closed = false
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield* inChunks(file, 10)
    } finally {
      closed = true
    }
  }
  for await (const member of splitMembers(source(), 'test')) {
    expect(await collectMember(member, 1)).toBeUndefined()
    break
  }
  expect(closed).toBe(true)
})

/** Zeros that deflate to about a thousandth. */
function bombMember(size: number): Buffer {
  return Buffer.concat([gzipSync('').subarray(0, 10), deflateRawSync(Buffer.alloc(size)), Buffer.alloc(8)])
}

async function split(chunks: AsyncIterable<Uint8Array>): Promise<{ compressed: Buffer; inflated: Buffer }[]> {
  const members = []
  for await (const member of splitMembers(chunks, 'test')) {
    const collected = await collectMember(member, 1024 * 1024)
    if (collected) members.push(collected)
  }
  return members
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
