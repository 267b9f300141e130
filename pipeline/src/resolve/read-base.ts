import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type InstalledPackage, parseInstalled } from '../apk/installed.ts'
import { PipelineError } from '../errors.ts'
import type { VerifiedBlob } from '../store/blob.ts'
import type { TarMember } from '../tar/member.ts'
import { readTar } from '../tar/read-tar.ts'

/** What the pipeline needs to know of a minirootfs before anything runs in it. */
export interface BaseFacts {
  /** The keys that it trusts: PEM texts by file name. */
  readonly keys: ReadonlyMap<string, string>
  /** The text of `/etc/apk/world`. */
  readonly world: string
  readonly packages: readonly InstalledPackage[]
}

const keyFile = /^etc\/apk\/keys\/([^/]+\.rsa\.pub)$/
const factLimit = 16 * 1024 * 1024

/**
 * Reads a verified minirootfs once.
 * @throws PipelineError `ARCHIVE_INVALID` when it is no minirootfs.
 */
export async function readBase(base: VerifiedBlob, label: string): Promise<BaseFacts> {
  const keys = new Map<string, string>()
  let world: string | undefined
  let packages: InstalledPackage[] | undefined
  for await (const member of readTar(decompress(base.path, label), { label })) {
    const key = keyFile.exec(member.path)?.[1]
    if (member.type !== 'file' || member.size > factLimit) continue
    if (key !== undefined) keys.set(key, (await collect(member)).toString())
    else if (member.path === 'etc/apk/world') world = (await collect(member)).toString()
    else if (/^(usr\/)?lib\/apk\/db\/installed$/.test(member.path))
      packages = parseInstalled(await collect(member))
  }
  if (world !== undefined && packages !== undefined && keys.size > 0) return { keys, world, packages }
  throw new PipelineError(
    'ARCHIVE_INVALID',
    `${label} is not an Alpine minirootfs: its apk database is missing`,
    {
      hint: 'Check `base` in the recipe, and the mirror.',
    },
  )
}

async function* decompress(file: string, label: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  try {
    // Whatever fails destroys gunzip with the same error.
    pipeline(createReadStream(file), gunzip, () => {})
    yield* gunzip
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && /^Z_/.test(String(cause.code)))) throw cause
    throw new PipelineError('ARCHIVE_INVALID', `${label} is not a whole gzip file`, {
      hint: 'Check the mirror.',
      cause,
    })
  }
}

async function collect(member: TarMember): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of member.content) parts.push(part)
  return Buffer.concat(parts)
}
