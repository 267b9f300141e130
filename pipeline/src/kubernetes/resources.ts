import { type Document, isAlias, isCollection, isScalar, parseAllDocuments, visit } from 'yaml'
import { PipelineError } from '../errors.ts'
import { printable } from '../yaml/printable.ts'

export type Mapping = Readonly<Record<string, unknown>>

/** One object of Kubernetes, as it is written. */
export interface Resource {
  /** `kind/namespace/name`, fit to be shown. */
  readonly name: string
  readonly value: Mapping
}

/** Characters. The largest manifests that projects publish, with all their CRDs, have about one million. */
const longestStream = 4 * 2 ** 20
/** Nodes and pairs above a node. The schemas of the largest CRDs have some 100. */
const deepestNesting = 500
const tooDeep = 'it is nested too deeply'

/**
 * Reads a stream of YAML documents, which people know as `label`, into resources; those of a `List` are told apart.
 * Aliases are refused: without them, nothing in a text can grow while it is read.
 * @throws PipelineError `RECIPE_INVALID`
 */
export function parseResources(text: string, label: string): Resource[] {
  const stream = readStream(text)
  if ('problem' in stream) throw invalid(label, stream.problem)
  return stream.values.flatMap((value) => {
    if (!isMapping(value)) throw invalid(label, 'one of its documents is no mapping')
    return resourcesIn(value)
  })
}

type Stream = { readonly values: unknown[] } | { readonly problem: string; readonly isYaml: boolean }

/** The values of a stream's documents that hold something, or why it is not read, though it may be YAML. */
export function readStream(text: string): Stream {
  if (text.length > longestStream)
    return { problem: `it has ${text.length} characters; the limit is ${longestStream}`, isYaml: true }
  const documents = parseAllDocuments(text, {
    prettyErrors: false,
    stringKeys: true,
    resolveKnownTags: false,
    // See readDocument: the library compares every key with every other.
    uniqueKeys: false,
  })
  const values: unknown[] = []
  for (const document of documents) {
    const error = document.errors[0]
    if (error !== undefined) {
      if (error.code === 'RESOURCE_EXHAUSTION') return { problem: tooDeep, isYaml: true }
      const line = text.slice(0, error.pos[0]).split('\n').length
      return { problem: `line ${line}: ${printable(error.message)}`, isYaml: false }
    }
    const problem = growth(document)
    if (problem !== undefined) return { problem, isYaml: true }
    const { contents } = document
    if (isCollection(contents) || (isScalar(contents) && contents.value !== null))
      values.push(document.toJS())
  }
  return { values }
}

/** What in a document could grow, or exhaust the stack, while it is read. */
function growth(document: Document): string | undefined {
  let problem: string | undefined
  visit(document, (_, node, path) => {
    if (isAlias(node)) problem = `aliases (*${printable(node.source)}) are not read`
    else if (path.length > deepestNesting) problem = tooDeep
    return problem === undefined ? undefined : visit.BREAK
  })
  return problem
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function resourcesIn(value: Mapping): Resource[] {
  const { kind, items } = value
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items))
    return items.filter(isMapping).flatMap(resourcesIn)
  return [{ name: nameOf(value), value }]
}

function nameOf({ kind, metadata }: Mapping): string {
  const { namespace, name } = isMapping(metadata) ? metadata : {}
  const parts = [kind ?? 'resource', namespace, name].filter((part) => typeof part === 'string')
  return printable(parts.join('/'))
}

function invalid(label: string, problem: string): PipelineError {
  return new PipelineError('RECIPE_INVALID', `${label} is not a stream of Kubernetes resources: ${problem}`, {
    hint: 'Look at what the manifest holds, and correct it, or pin another version.',
  })
}
