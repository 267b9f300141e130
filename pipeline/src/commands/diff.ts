import { resolve } from 'node:path'
import { architectures } from '../architecture.ts'
import { findSide } from '../diff/find-side.ts'
import { renderJson } from '../diff/render-json.ts'
import { renderMarkdown } from '../diff/render-markdown.ts'
import { renderText } from '../diff/render-text.ts'
import type { Difference } from '../diff/schema.ts'
import { PipelineError } from '../errors.ts'
import type { Command, CommandContext } from './command.ts'
import { compare, openComparison } from './diff-step.ts'
import { displayFlags } from './display-flags.ts'
import { describeFlags, type FlagTable, parseWords } from './flags.ts'
import { runSteps } from './run-steps.ts'

const formats = ['text', 'json', 'markdown'] as const

const flags = {
  format: { type: 'string', choices: formats, help: 'how the result is written (text)' },
  arch: { type: 'string', choices: architectures, help: 'which one of a folder with several' },
  'exit-code': { type: 'boolean', help: 'exit with 1 where anything differs' },
  ...displayFlags,
  verbose: { type: 'boolean', help: 'each file; more lines of progress; stack traces with errors' },
} as const satisfies FlagTable

const summary = 'Tells what changed between two builds or releases.'

/** `npm run diff`: what changed between two finished root filesystems. */
export const diff: Command = {
  call: 'npm run diff',
  summary,
  run,
  help: () => `${summary}

  npm run diff -- OLD NEW [flags]

OLD and NEW are each a folder with a rootfs.manifest.json and, where there is one, its rootfs.tar.gz; a rootfs.tar.gz
with its manifest beside it; or a manifest alone, of which less can be compared.

${describeFlags(flags)}

First come the files that gained or lost privileges (setuid, setgid, capabilities), then packages, images, manifests,
services, files by owner, and sizes. docs/comparing.md describes each, and the JSON.

Exit status: 0 done, whether or not anything differs; 1 a file cannot be read, or anything differs (--exit-code);
2 the command line is wrong; 3 an archive is damaged or not the one of its manifest; 130 interrupted.

Examples
  npm run diff -- release-1.2.0 dist
  npm run diff -- old.manifest.json dist/rootfs.manifest.json --format markdown
`,
}

async function run(argv: readonly string[], { signal, display }: CommandContext): Promise<void> {
  const { values, words } = parseWords(argv, flags, ['OLD', 'NEW'])
  const [old = '', next = ''] = words
  const side = (path: string) => findSide(resolve(path), values.arch)
  const comparison = openComparison(await side(old), await side(next), signal)
  await runSteps(comparison, [compare], display)
  const { difference } = comparison
  if (difference === undefined) throw new Error('the step has compared nothing')
  const text = render(difference, { format: values.format ?? 'text', verbose: display.verbose })
  if (display.renderer !== 'json') display.result(text)
  else comparison.emit({ time: Date.now(), step: 'diff', event: 'progress', message: text })
  if (values['exit-code'] && (!difference.equal || difference.bytes !== 'same'))
    throw new PipelineError('DIFFERENT', 'OLD and NEW differ', { hint: 'This is what --exit-code asks for.' })
}

interface RenderOptions {
  readonly format: (typeof formats)[number]
  readonly verbose: boolean
}

function render(difference: Difference, { format, verbose }: RenderOptions): string {
  if (format === 'json') return renderJson(difference)
  if (format === 'markdown') return renderMarkdown(difference, { verbose })
  return renderText(difference, { verbose, colours: hasColours(process.stdout, process.env) })
}

/** https://no-color.org */
function hasColours({ isTTY }: { isTTY: boolean }, env: NodeJS.ProcessEnv): boolean {
  return isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}
