import { createHash } from 'node:crypto'
import { AgentError } from '../errors.ts'
import type { Files, Host } from '../host/host.ts'

/** A base is some tens of files. More says that the folder is not one of a base, but e.g. `/`. */
const fileLimit = 5000
const depthLimit = 20

interface Content {
  readonly path: string
  readonly text: string
}

/**
 * The digest of all that is below a folder with a kustomization.yaml, `sha256:…`; undefined where it has none.
 * It is over the paths, sorted, and contents, each led by its length so that none can pass for another's.
 * @throws AgentError `FILE_FAILED` when there is far too much in it.
 */
export async function digestBase({ files }: Host, folder: string): Promise<string | undefined> {
  if ((await files.stat(`${folder}/kustomization.yaml`)) === undefined) return undefined
  const contents = await collect(files, folder, '', 0)
  const hash = createHash('sha256')
  for (const { path, text } of contents.sort((one, other) => (one.path < other.path ? -1 : 1))) {
    hash.update(`${Buffer.byteLength(path)}:${path}${Buffer.byteLength(text)}:${text}`)
  }
  return `sha256:${hash.digest('hex')}`
}

async function collect(files: Files, root: string, path: string, depth: number): Promise<Content[]> {
  const names = await files.list(root + path)
  if (depth > depthLimit || names.length > fileLimit) throw tooMuch(root)
  const parts = await Promise.all(
    names.map(async (name): Promise<Content[]> => {
      const below = `${path}/${name}`
      const state = await files.stat(root + below)
      if (state?.type === 'folder') return collect(files, root, below, depth + 1)
      // What a link leads to may lie anywhere: of a file its text counts, of all else where it leads.
      const isFile = state?.type === 'file'
      const text = isFile ? await files.read(root + below) : state?.type === 'link' ? state.target : undefined
      return text === undefined ? [] : [{ path: below, text }]
    }),
  )
  const all = parts.flat()
  if (all.length > fileLimit) throw tooMuch(root)
  return all
}

function tooMuch(folder: string): AgentError {
  return new AgentError('FILE_FAILED', `${folder} holds too much for a base kustomization`, {
    hint: 'Give a folder that holds the kustomization and what it names, and no more.',
  })
}
