import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { PipelineError } from '../errors.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'

/** The base64 of `user:password`. */
const basicAuth = z.string().transform((text, context) => {
  if (text === '') return undefined
  const decoded = Buffer.from(text, 'base64').toString()
  const colon = decoded.indexOf(':')
  // Docker pads passwords with NUL.
  if (colon > 0)
    return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') }
  context.addIssue({ code: 'custom', message: 'is not the base64 of user:password' })
  return z.NEVER
})

const authEntry = z.object({ auth: basicAuth.optional(), identitytoken: z.string().optional() })

/** The suffix of a program's name, and nothing that leads elsewhere. */
const helperName = z.string().regex(/^[\w.-]+$/, 'is not the name of a credential helper')

const authFile = z.object({
  auths: z.record(z.string(), authEntry).default({}),
  credHelpers: z.record(z.string(), helperName).default({}),
  credsStore: z.union([z.literal(''), helperName]).default(''),
})

export type AuthEntry = z.infer<typeof authEntry>
export type AuthFile = z.infer<typeof authFile>

/**
 * Reads a Docker config file, or Podman's of the same form (containers-auth.json(5)); nothing where there is none.
 * @throws PipelineError `FILE_FAILED`, without anything of what stands in it
 */
export async function readAuthFile(path: string): Promise<AuthFile | undefined> {
  const text = await orFileError(path, () => readIfThere(path))
  if (text === undefined) return undefined
  const result = authFile.safeParse(parseJson(text, path))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw broken(path, `${issue?.path.map(String).join('.') || 'the document'}: ${issue?.message}`)
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // The parser's own message quotes the file.
    if (error instanceof SyntaxError) throw broken(path, 'it is not JSON')
    throw error
  }
}

function broken(path: string, reason: string): PipelineError {
  return new PipelineError(
    'FILE_FAILED',
    `the credentials of registries in ${path} cannot be read: ${reason}`,
    {
      hint: 'Correct the file, or write it again with `docker login`.',
    },
  )
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
