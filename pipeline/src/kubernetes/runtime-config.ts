import { parse, TomlError } from 'smol-toml'
import { PipelineError } from '../errors.ts'
import { type ImageReference, parseImageReference } from '../oci/reference.ts'
import { printable } from '../yaml/printable.ts'
import { show } from '../yaml/show.ts'
import { isMapping } from './resources.ts'

const mainFile = '/etc/crio/crio.conf'
const dropIns = '/etc/crio/crio.conf.d/'

/**
 * The `pause_image` of table `crio.image` (crio.conf(5)) that CRI-O runs with, of its configuration files by their
 * absolute paths; undefined where none names it, and CRI-O's own default counts. The main file is read first, then
 * drop-ins in the order of their paths; the last value wins (crio.conf.d(5)). CRI-O walks the folder and reads every
 * file in it, whatever its name (`UpdateFromPath` in cri-o/cri-o pkg/config/config.go).
 * @throws PipelineError `RECIPE_INVALID` when a file is no TOML, or the image is not fixed by a tag.
 */
export function pauseImageOf(files: ReadonlyMap<string, string>): ImageReference | undefined {
  const paths = [...files.keys()].filter((path) => path === mainFile || path.startsWith(dropIns))
  const inOrder = paths.toSorted((a, b) => (a === mainFile || (b !== mainFile && a < b) ? -1 : 1))
  return inOrder
    .map((path) => pauseImageIn(files.get(path) ?? '', path))
    .findLast((image) => image !== undefined)
}

function pauseImageIn(text: string, path: string): ImageReference | undefined {
  const crio = parseToml(text, path)['crio']
  const image = isMapping(crio) && isMapping(crio['image']) ? crio['image']['pause_image'] : undefined
  if (image === undefined) return undefined
  if (typeof image !== 'string') throw invalid(path, `pause_image is ${show(image)}, not a text`)
  const reference = parseImageReference(image)
  if (reference.tag !== undefined && reference.tag !== 'latest') return reference
  throw invalid(path, `the pause_image ${show(image)} is not fixed by a tag`)
}

function parseToml(text: string, path: string): Record<string, unknown> {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason = ''] = error.message.split('\n')
    throw invalid(path, `line ${error.line}, column ${error.column}: ${printable(reason)}`, error)
  }
}

function invalid(path: string, problem: string, cause?: unknown): PipelineError {
  return new PipelineError('RECIPE_INVALID', `${printable(path)}: ${problem}`, {
    hint: 'Correct the file in the overlay; crio.conf(5) has its format.',
    cause,
  })
}
