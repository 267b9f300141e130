import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { Place, Problem } from './problem.ts'
import { show } from './show.ts'

type Path = readonly PropertyKey[]

/** One YAML document whose every part knows its place. */
export interface PositionedDocument {
  readonly value: unknown
  /** Where there are any, `value` counts for nothing. */
  readonly problems: readonly Problem[]
  /** Where the value at `path` starts; where nothing is there, the key of what should hold it. */
  at(path: Path): Place
  /** Where the key that `path` ends with is written. */
  keyAt(path: Path): Place
}

/** A value, and the offsets in the text of it, of its key and of its parts. */
interface Located {
  readonly value: unknown
  readonly offset: number
  readonly keyOffset: number
  readonly parts: ReadonlyMap<PropertyKey, Located>
}

type Report = (offset: number, text: string) => void

/**
 * Reads YAML 1.2 (core schema) that is plain data: anchors, aliases, repeated keys and unknown tags are problems.
 * Without aliases, nothing in a file can grow while it is read.
 */
export function readDocument(text: string): PositionedDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    resolveKnownTags: false,
    // The library compares every key with every other: minutes for 100,000 keys. `locate` looks for them.
    uniqueKeys: false,
  })
  const problems: Problem[] = []
  const report: Report = (offset, text) => problems.push({ at: lines.linePos(offset), text })
  reportSyntax(document, report)
  const root = locate(problems.length === 0 ? document.contents : null, undefined, report)
  const find = (path: Path): Located & { missing: boolean } => {
    let found = root
    for (const step of path) {
      const part = found.parts.get(step)
      if (part === undefined) return { ...found, missing: true }
      found = part
    }
    return { ...found, missing: false }
  }
  return {
    value: root.value,
    problems,
    at(path) {
      const { missing, offset, keyOffset } = find(path)
      return lines.linePos(missing ? keyOffset : offset)
    },
    keyAt: (path) => lines.linePos(find(path).keyOffset),
  }
}

function reportSyntax({ errors, warnings }: Document, report: Report): void {
  // All that follows is a consequence.
  const tooDeep = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION')
  if (tooDeep !== undefined) report(tooDeep.pos[0], 'nested too deeply')
  else
    for (const { code, pos, message } of [...errors, ...warnings])
      report(pos[0], code === 'MULTIPLE_DOCS' ? 'a second document begins here' : message)
}

/** @param keyOffset where the node's key is; the root and elements of a list have none, and stand for it themselves. */
function locate(node: Node | null, keyOffset: number | undefined, report: Report): Located {
  const offset = node?.range?.[0] ?? 0
  if (isAlias(node)) report(offset, `aliases (*${node.source}) are not read; write the value out`)
  else if (node?.anchor !== undefined)
    report(offset, `anchors (&${node.anchor}) are not read; write the value out`)
  const parts = new Map<PropertyKey, Located>()
  let value: unknown = isScalar(node) ? node.value : null
  if (isSeq<Node>(node)) {
    for (const [index, item] of node.items.entries()) parts.set(index, locate(item, undefined, report))
    value = Array.from(parts.values(), (part) => part.value)
  }
  if (isMap<Node, Node | null>(node)) {
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      const at = key.range?.[0] ?? offset
      if (parts.has(name)) report(at, `the key ${show(name)} is there twice`)
      // Schema libraries skip this one silently, so that it could hide anything.
      if (name === '__proto__') report(at, `the key ${show(name)} is not allowed`)
      parts.set(name, locate(value, at, report))
    }
    value = Object.fromEntries(Array.from(parts, ([name, part]) => [name, part.value]))
  }
  return { value, offset, keyOffset: keyOffset ?? offset, parts }
}
