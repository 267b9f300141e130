/** What decides how output looks. */
export interface TerminalSources {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** Of standard error, where people are told things. */
  readonly isTerminal: boolean
  readonly columns: number | undefined
}

/** How standard error is written. */
export interface Terminal {
  /** Whether lines can be written over. */
  readonly isLive: boolean
  readonly hasColour: boolean
  /** Whether more than ASCII can be shown. */
  readonly hasUnicode: boolean
  readonly columns: number
}

/** What the terminal can do, by the conventions of NO_COLOR, FORCE_COLOR, CI and TERM. */
export function terminalOf(sources: TerminalSources): Terminal {
  const { environment, isTerminal } = sources
  const isDumb = environment['TERM'] === 'dumb'
  return {
    isLive: isTerminal && !isDumb && !isCi(environment),
    hasColour: hasColour(environment, isTerminal && !isDumb),
    hasUnicode: hasUnicode(sources),
    // Some pseudo-terminals say that they have none.
    columns: sources.columns || 80,
  }
}

/** Whether nobody watches: `CI` is what every service sets. */
export function isCi(environment: TerminalSources['environment']): boolean {
  const { CI: value = '' } = environment
  return value !== '' && value !== 'false' && value !== '0'
}

/** https://no-color.org, https://force-color.org; who wants none has the last word. */
function hasColour(environment: TerminalSources['environment'], byDefault: boolean): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false
  const force = environment['FORCE_COLOR']
  if (force === undefined || force === '') return byDefault
  return force !== '0' && force !== 'false'
}

function hasUnicode({ environment, platform }: TerminalSources): boolean {
  if (platform === 'win32') {
    // The old console draws what its code page has. These two terminals are UTF-8 whatever it is.
    return (environment['WT_SESSION'] ?? '') !== '' || environment['TERM_PROGRAM'] === 'vscode'
  }
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || ''
  return locale === '' ? platform === 'darwin' : /utf-?8/i.test(locale)
}
