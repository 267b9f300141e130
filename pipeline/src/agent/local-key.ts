import { generateKeyPair } from 'node:crypto'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { KeyPair } from '../apk/sign.ts'
import { PipelineError } from '../errors.ts'
import { commitText } from '../store/commit.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'
import { makeFolder, namesIn, syncFolder } from '../store/folder.ts'
import { temporaryPath } from '../store/leftovers.ts'
import { fingerprint, parseKey } from './parse-key.ts'

/**
 * The key in `folder`; one is made where there is none yet. Of builds that make one at the same time, all take the
 * same: a folder with the key inside gets its name by a rename, which only the first one's succeeds.
 * @throws PipelineError `KEY_INVALID`, `FILE_FAILED`, `DISK_FULL`.
 */
export async function localKey(folder: string): Promise<KeyPair> {
  return (await findKey(folder)) ?? (await makeKey(folder)) ?? (await foundByOther(folder))
}

async function findKey(folder: string): Promise<KeyPair | undefined> {
  const [name, ...more] = (await namesIn(folder)).filter((one) => one.endsWith('.rsa'))
  if (name === undefined) return undefined
  if (more.length > 0) {
    throw new PipelineError('KEY_INVALID', `${folder} has several keys to sign with`, {
      hint: 'Remove all but one, or name one with --agent-key.',
    })
  }
  return readKey(join(folder, name), name)
}

/**
 * Reads a private key from a file.
 * @throws PipelineError `KEY_INVALID`, `FILE_FAILED`.
 */
export async function readKey(file: string, fileName: string): Promise<KeyPair> {
  const pem = await orFileError(file, () => readFile(file, 'utf8'))
  return parseKey(pem, { label: `the key ${file}`, fileName })
}

const generate = promisify(generateKeyPair)

/** Undefined when another process was first. */
async function makeKey(folder: string): Promise<KeyPair | undefined> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: 4096 })
  const name = `${userName()}-${fingerprint(publicKey)}.rsa`
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

  const parent = dirname(folder)
  await makeFolder(parent)
  const draft = temporaryPath(parent)
  await orFileError(draft, () => mkdir(draft, { mode: 0o700 }))
  try {
    await commitText(join(draft, `${name}.pub`), publicPem)
    await commitText(join(draft, name), privatePem, { mode: 0o600 })
    const isFirst = await orFileError(folder, () => renamed(draft, folder))
    if (!isFirst) return undefined
    await syncFolder(parent)
    return { keyName: `${name}.pub`, publicPem, privateKey }
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function foundByOther(folder: string): Promise<KeyPair> {
  const key = await findKey(folder)
  if (key !== undefined) return key
  throw new PipelineError('KEY_INVALID', `${folder} is there, and has no key to sign with`, {
    hint: 'Remove the folder, or name a key with --agent-key.',
  })
}

/** Whether nothing had the name. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    // Windows says EPERM of a folder that is there.
    if (
      isSystemError(error, 'ENOTEMPTY', 'EEXIST') ||
      (process.platform === 'win32' && isSystemError(error, 'EPERM'))
    )
      return false
    throw error
  }
}

/** As the first part of a file's name. */
function userName(): string {
  try {
    return /^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$/.exec(userInfo().username)?.[0] ?? 'kaweezle'
  } catch (error) {
    // A user id without a name, as in some containers.
    if (isSystemError(error)) return 'kaweezle'
    throw error
  }
}
