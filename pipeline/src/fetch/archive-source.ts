import { createReadStream } from 'node:fs'
import { PipelineError } from '../errors.ts'
import { orFileError } from '../store/file-error.ts'
import { readTar } from '../tar/read-tar.ts'
import { readFilePart } from './read-file-part.ts'
import { pathParts, type Source } from './source.ts'

/**
 * The members of an uncompressed tar, `packages.tar` for one. It is read through once; then each member is read
 * from where it stands.
 * @throws PipelineError `ARCHIVE_INVALID`, `FILE_FAILED`
 */
export async function archiveSource(file: string): Promise<Source> {
  const members = await orFileError(file, () => indexOf(file))
  return {
    kind: 'archive',
    name: file,
    async open(path, { signal, offset = 0 }) {
      const member = members.get(Buffer.from(pathParts(path).join('/')).toString('latin1'))
      if (member === undefined) {
        throw new PipelineError('SOURCE_MISSING', `${file} has no member ${path}`, {
          hint: 'Give the packages.tar of a build with the same locks.',
        })
      }
      const { start, size } = member
      const body = readFilePart(file, { signal, start: start + offset, end: start + size })
      return { body, offset, size, delimited: true }
    },
  }
}

async function indexOf(file: string): Promise<Map<string, { start: number; size: number }>> {
  const members = new Map<string, { start: number; size: number }>()
  for await (const member of readTar(createReadStream(file), { label: file })) {
    if (member.type === 'file') members.set(member.path, { start: member.offset, size: member.size })
  }
  return members
}
