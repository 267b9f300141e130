import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml'

/** What a rule says of a workflow. */
export interface Finding {
  readonly line: number
  readonly message: string
}

export interface Job {
  readonly name: string
  readonly map: YAMLMap
}

/** A workflow of GitHub Actions, as far as the rules look at it. */
export interface Workflow {
  readonly root: YAMLMap
  readonly jobs: readonly Job[]
  /** Names of events. */
  readonly triggers: readonly string[]
  /** All that is done: steps, and jobs of reusable workflows. */
  readonly uses: readonly Use[]
  /** Scripts: those of steps, and those that an action runs. */
  readonly scripts: readonly Scalar<string>[]
  finding(node: unknown, message: string): Finding
}

export interface Use {
  readonly action: Scalar<string>
  /** What stands beside it. */
  readonly step: YAMLMap
}

/** @throws where it is no YAML, or no workflow. */
export function readWorkflow(text: string): Workflow {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const root = document.contents
  if (document.errors.length > 0 || !isMap(root))
    throw new Error(`no workflow: ${document.errors.join(', ')}`)
  const uses: Use[] = []
  const scripts: Scalar<string>[] = []
  visit(root, {
    Map(_, map) {
      const action = map.get('uses', true)
      if (isString(action)) uses.push({ action, step: map })
      for (const key of ['run', 'script']) {
        const script = map.get(key, true)
        if (isString(script)) scripts.push(script)
      }
    },
  })
  return {
    root,
    jobs: entries(root.get('jobs')).map(({ name, value }) => {
      if (!isMap(value)) throw new Error(`the job ${name} is no map`)
      return { name, map: value }
    }),
    triggers: triggersOf(root.get('on', true)),
    uses,
    scripts,
    finding: (node, message) => ({ line: lineOf(node, lines), message }),
  }
}

export interface Entry {
  readonly name: string
  readonly key: unknown
  readonly value: unknown
}

/** Nothing of what is no map. */
export function entries(map: unknown): Entry[] {
  if (!isMap(map)) return []
  return map.items.map(({ key, value }: Pair) => ({ name: textOf(key), key, value }))
}

export function textOf(node: unknown): string {
  return isScalar(node) ? String(node.value) : ''
}

export function isString(node: unknown): node is Scalar<string> {
  return isScalar(node) && typeof node.value === 'string'
}

function triggersOf(on: unknown): string[] {
  if (isMap(on)) return entries(on).map(({ name }) => name)
  return isSeq(on) ? on.items.map(textOf) : [textOf(on)]
}

function lineOf(node: unknown, lines: LineCounter): number {
  const [start] = (isNode(node) && node.range) || []
  return start === undefined ? 1 : lines.linePos(start).line
}
