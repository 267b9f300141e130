import { PipelineError } from '../errors.ts'

const actions = {
  Installing: 'install',
  Upgrading: 'upgrade',
  Downgrading: 'downgrade',
  Replacing: 'replace',
  Reinstalling: 'reinstall',
  Purging: 'purge',
  // What is there stays, but comes from a tagged repository from now on.
  'Updating pinning': 'pin',
} as const

/** Of a list of packages in a reason. */
const shownWords = 5

/** One line of what `apk add` or `apk upgrade` does, or would do with `--simulate`. */
export interface Change {
  readonly action: (typeof actions)[keyof typeof actions]
  readonly name: string
  /** The repository tag it is pinned to. */
  readonly tag: string | undefined
  /** The version that is there afterwards; for a purge, the one that was there. */
  readonly version: string
  /** The version before, of an upgrade, downgrade or replacement. */
  readonly from: string | undefined
}

/**
 * Parses the numbered lines that apk prints, in its order; every other line is passed over.
 * @throws PipelineError `COMMAND_FAILED` where such a line cannot be read or is missing.
 */
export function parseChanges(output: string): Change[] {
  const changes: Change[] = []
  let total = 0
  for (const line of output.split('\n')) {
    const [numbered, number, of, text = ''] = /^\( *(\d+)\/(\d+)\) (.*)$/.exec(line) ?? []
    if (numbered === undefined) continue
    changes.push(parseChange(text))
    if (Number(number) !== changes.length)
      throw unreadable(`line ${changes.length} of its changes is missing`)
    total = Number(of)
  }
  if (changes.length !== total) throw unreadable(`it has ${changes.length} of ${total} changes`)
  return changes
}

/**
 * The reason why apk could not choose packages, in one line; where there is none its `ERROR:` lines, and
 * undefined where there are none of those either.
 */
export function explainRefusal(output: string): string | undefined {
  const lines = output.split('\n')
  const start = lines.indexOf('ERROR: unable to select packages:')
  if (start < 0) {
    const errors = lines.filter((line) => /^ERROR: |^WARNING: The repository tag /.test(line))
    return errors.length === 0 ? undefined : errors.map((line) => line.replace(/^[A-Z]+: /, '')).join('; ')
  }
  const problems: { subject: string; details: string[] }[] = []
  for (const line of lines.slice(start + 1)) {
    const [, indent = '', text = ''] = /^( +)(.*)$/.exec(line) ?? []
    const details = problems.at(-1)?.details
    if (indent === '') break
    if (indent.length === 2) problems.push({ subject: text.replace(/:$/, ''), details: [] })
    else if (indent.length === 4) details?.push(text)
    // Lists and long lines go on, further to the right.
    else details?.push(`${details.pop()} ${text}`)
  }
  return problems
    .map(({ subject, details }) => `${subject}: ${details.map(formatDetail).join(', ')}`)
    .join('; ')
}

function parseChange(text: string): Change {
  const [, verb = '', name = '', tag, before, after] =
    /^([A-Z][a-z]+(?: pinning)?) ([^\s@]+)(?:@(\S+))? \((\S+)(?: -> (\S+))?\)$/.exec(text) ?? []
  const action = Object.hasOwn(actions, verb) ? actions[verb as keyof typeof actions] : undefined
  if (action === undefined || before === undefined) throw unreadable(JSON.stringify(text))
  return after === undefined
    ? { action, name, tag, version: before, from: undefined }
    : { action, name, tag, version: after, from: before }
}

/** A detail is `what: one two three`, or a sentence after `note:`. */
function formatDetail(detail: string): string {
  const [what = '', text = ''] = detail.split(/: +(.*)/s)
  if (what === 'note') return text
  const words = text.split(' ').map((word) => word.replace(/^world\[(.*)\]$/, 'the asked-for $1'))
  const more = words.length > shownWords ? ` and ${words.length - shownWords} more` : ''
  return `${what} ${words.slice(0, shownWords).join(', ')}${more}`
}

function unreadable(what: string): PipelineError {
  return new PipelineError('COMMAND_FAILED', `the output of apk cannot be read: ${what}`, {
    hint: 'Run again with --verbose and report what apk printed.',
  })
}
