import { Failure } from './failure.ts'
import type { KubeObject, Loose } from './objects.ts'

/** Fields by number: `[name, how to read it]`. Of the messages only what `kubectl create NOUN` sends is here. */
type Reader = (bytes: Buffer) => Loose
type Fields = Record<number, [name: string, read: Reader, kind?: 'map' | 'list']>

const text: Reader = (bytes) => bytes.toString()
const base64: Reader = (bytes) => bytes.toString('base64')
const metadata: Fields = {
  1: ['name', text],
  2: ['generateName', text],
  3: ['namespace', text],
  11: ['labels', text, 'map'],
  12: ['annotations', text, 'map'],
}
const kinds: Record<string, Fields> = {
  Namespace: {},
  ServiceAccount: {},
  ConfigMap: { 2: ['data', text, 'map'], 3: ['binaryData', base64, 'map'] },
  Secret: { 2: ['data', base64, 'map'], 3: ['type', text], 4: ['stringData', text, 'map'] },
}

/** An object in the encoding that kubectl prefers for the kinds it knows: `k8s\0` and a runtime.Unknown. */
export function parseProtobuf(body: Buffer): KubeObject {
  const fields = new Map(readFields(body.subarray(4)))
  const type = new Map(readFields(fields.get(1) ?? Buffer.alloc(0)))
  const [apiVersion, kind] = [type.get(1)?.toString() ?? '', type.get(2)?.toString() ?? '']
  const known = apiVersion === 'v1' ? kinds[kind] : undefined
  if (!known)
    throw new Failure(
      415,
      'UnsupportedMediaType',
      `the double reads ${apiVersion}, Kind=${kind} as JSON only`,
    )
  const content = message(fields.get(2) ?? Buffer.alloc(0), {
    1: ['metadata', (bytes) => message(bytes, metadata)],
    ...known,
  })
  return { apiVersion, kind, metadata: { name: '' }, ...content }
}

export function isProtobuf(body: Buffer): boolean {
  return body.subarray(0, 4).equals(Buffer.from('k8s\0'))
}

function message(bytes: Buffer, fields: Fields): Record<string, Loose> {
  const result: Record<string, Loose> = {}
  for (const [number, content] of readFields(bytes)) {
    const [name, read, kind] = fields[number] ?? []
    if (!name || !read) continue
    if (kind === 'map') {
      const entry = new Map(readFields(content))
      result[name] = {
        ...result[name],
        [entry.get(1)?.toString() ?? '']: read(entry.get(2) ?? Buffer.alloc(0)),
      }
    } else if (content.length > 0) result[name] = read(content)
  }
  return result
}

/** Numbers and contents of the length-delimited fields; others are passed over. */
function* readFields(bytes: Buffer): Generator<[number, Buffer]> {
  for (let at = 0; at < bytes.length; ) {
    const [tag, afterTag] = varint(bytes, at)
    const wire = tag & 7
    if (wire === 1 || wire === 5) at = afterTag + (wire === 1 ? 8 : 4)
    else {
      const [value, after] = varint(bytes, afterTag)
      at = wire === 2 ? after + value : after
      if (wire === 2) yield [tag >> 3, bytes.subarray(after, at)]
    }
  }
}

function varint(bytes: Buffer, start: number): [number, number] {
  let value = 0
  for (let at = start, factor = 1; ; at++, factor *= 128) {
    const byte = bytes[at]
    if (byte === undefined) throw new Failure(400, 'BadRequest', 'the body ends within a number')
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return [value, at + 1]
  }
}
