import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { file, treeOf } from '../tar/alpine-like-tree.fixture.ts'
import type { FileEntry } from '../tree/entry.ts'
import { buildPackage } from './package-writer.ts'
import { signatureMember } from './sign.ts'
import { writeTar } from './tar.ts'

/** A key of the root where the corpus is tried, and one that it does not know. */
export const trusted = keyPair('own.rsa.pub')
const stranger = keyPair('stranger.rsa.pub')
/** Another key under the name of the known one. */
export const impostor = { ...stranger, keyName: trusted.keyName }

export interface CorpusRow {
  readonly title: string
  readonly bytes: Buffer
  /** What apk 2.14.4 says of it. */
  readonly apk: 'accepts' | 'refuses'
  /** The code of our reader's error; '' where it takes it. */
  readonly ours: string
}

const hello = await partsOf('hello')
const other = await partsOf('other')
const { control, data } = hello
const good = signatureMember(control, trusted)
const rsa256 = signatureMember(control, { ...trusted, algorithm: 'RSA256' })
const rsa512 = signatureMember(control, { ...trusted, algorithm: 'RSA512' })
const bad = signatureMember(other.control, trusted)
const strange = signatureMember(control, stranger)
const body = [control, data]

/** Packages by what they are made of (row G6 of the project's list of checks). */
export const packageCorpus: readonly CorpusRow[] = [
  ...accepted({
    'a package signed with RSA': [good, ...body],
    'a package signed with RSA256': [rsa256, ...body],
    'a package signed with RSA512': [rsa512, ...body],
    'a package signed with both': [good, rsa256, ...body],
    'two signatures in one member': [
      signatures([`.SIGN.RSA256.${trusted.keyName}`, 'SHA256'], [`.SIGN.RSA.${trusted.keyName}`, 'SHA1']),
      ...body,
    ],
    'a good signature before a bad one': [good, bad, ...body],
    "a stranger's signature before a good one": [strange, good, ...body],
    "a good signature before a stranger's": [good, strange, ...body],
    'an unknown kind of signature before a good one': [oneNamed('.SIGN.RSA9.'), good, ...body],
  }),
  // Ours is stricter: the number of signatures bounds its work.
  {
    title: 'nine good signatures',
    bytes: join(...Array(9).fill(good), ...body),
    apk: 'accepts',
    ours: 'ARCHIVE_INVALID',
  },
  ...refused('SIGNATURE_INVALID', {
    'a package without a signature': body,
    'a signature by an unknown key': [strange, ...body],
    'a signature by another key of the same name': [signatureMember(control, impostor), ...body],
    'a signature of another control member': [bad, ...body],
    'a signature of the data': [signatureMember(data, trusted), ...body],
    'a signature of control and data': [signatureMember(join(...body), trusted), ...body],
    'a bad signature before a good one': [bad, good, ...body],
    'an unknown kind of signature': [oneNamed('.SIGN.RSA9.'), ...body],
    'RSA passed off as DSA': [oneNamed('.SIGN.DSA.'), ...body],
    'SHA-1 passed off as SHA-256': [oneNamed('.SIGN.RSA256.'), ...body],
    'another control member': [good, other.control, data],
    'a signature behind the control member': [control, good, data],
    'a signature at the end': [...body, good],
  }),
  ...refused('ARCHIVE_INVALID', {
    'an empty fourth member': [good, ...body, gzipSync('')],
    "another package's data as fourth member": [good, ...body, other.data],
    'the data twice': [good, ...body, data],
    'a byte at the end': [good, ...body, Buffer.of(0)],
    'text at the end': [good, ...body, Buffer.from('the end')],
    'no data': [good, control],
    'no control member': [good, data],
    'only a signature': [good],
    'data before control': [good, data, control],
    'nothing at all': [],
    'a flipped bit in the signature': [flip(good, 200), ...body],
    'a flipped bit in the control member': [good, flip(control, 60), data],
    'a flipped bit in the data': [good, control, flip(data, 100)],
    "a flipped bit in the data's CRC": [good, control, flip(data, data.length - 6)],
    'a package without its last byte': [good, control, data.subarray(0, -1)],
    'half of the data': [good, control, data.subarray(0, data.length / 2)],
  }),
  ...refused('CHECKSUM_MISMATCH', {
    "another package's data": [good, control, other.data],
    "a flipped bit in the data's gzip header": [good, control, flip(data, 4)],
    'the same data compressed otherwise': [good, control, gzipSync(hello.tar)],
  }),
]

function accepted(rows: Readonly<Record<string, readonly Buffer[]>>): CorpusRow[] {
  return Object.entries(rows).map(([title, parts]) => ({
    title,
    bytes: join(...parts),
    apk: 'accepts',
    ours: '',
  }))
}

function refused(ours: string, rows: Readonly<Record<string, readonly Buffer[]>>): CorpusRow[] {
  return Object.entries(rows).map(([title, parts]) => ({
    title,
    bytes: join(...parts),
    apk: 'refuses',
    ours,
  }))
}

async function partsOf(name: string): Promise<Record<'control' | 'data' | 'tar', Buffer>> {
  const directory = { type: 'directory' } as const
  const tree = treeOf({
    usr: directory,
    'usr/share': directory,
    [`usr/share/${name}`]: file(name.repeat(999)),
  })
  const description = { name, version: '1.0-r0', architecture: 'noarch', buildDate: 1700000000 }
  const { head, bytes } = await buildPackage(description, tree, { openContent: contentInMemory })
  const data = (await buffer(bytes())).subarray(head.length)
  return { control: head, data, tar: gunzipSync(data) }
}

/** Opens the content of an entry whose bytes are in memory. */
export async function* contentInMemory({ content }: FileEntry): AsyncGenerator<Uint8Array> {
  if ('bytes' in content) yield content.bytes
}

function keyPair(keyName: string): { keyName: string; privateKey: KeyObject; publicKey: KeyObject } {
  return { keyName, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }
}

/** A good signature with SHA-1, under the name of another kind. */
function oneNamed(kind: string): Buffer {
  return signatures([`${kind}${trusted.keyName}`, 'SHA1'])
}

function signatures(...files: (readonly [name: string, digest: string])[]): Buffer {
  const signed = files.map(([name, digest]) => ({
    name,
    bytes: sign(`RSA-${digest}`, control, trusted.privateKey),
  }))
  return gzipSync(writeTar(signed, 0))
}

function join(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts)
}

/** With one bit changed. */
export function flip(bytes: Buffer, offset: number): Buffer {
  const changed = Buffer.from(bytes)
  changed.writeUInt8(changed.readUInt8(offset) ^ 1, offset)
  return changed
}
