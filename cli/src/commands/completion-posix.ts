import type { CompletedCommand, CompletedFlag } from './completion-data.ts'

const askForNames = 'kaweezle __complete names 2>/dev/null'

/** For bash, from 3.2 on, which is what macOS has; bash-completion is not needed. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name)
  const cases = commands
    .map(({ name, flags, choices }) => {
      const words = [...flags.flatMap(({ spellings }) => spellings), ...choices]
      return `    ${name}) words='${words.join(' ')}' ;;`
    })
    .join('\n')
  return `# bash completion for kaweezle; made by: kaweezle completion bash
_kaweezle() {
  local word previous command='' index words=''
  word="\${COMP_WORDS[COMP_CWORD]}"
  previous="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      ${withValue(commands).join('|')}) ((index++)) ;;
      -*) ;;
      *) command="\${COMP_WORDS[index]}"; break ;;
    esac
  done
  case "$previous" in
${bashValues(commands)}
  esac
  case "$command" in
    '') words='${[...names, 'help', '--help'].join(' ')}' ;;
    help) words='${names.join(' ')}' ;;
    exec) [[ "$word" == -* ]] && words='${wordsOf(commands, 'exec')}' || { COMPREPLY=($(compgen -c -- "$word")); return; } ;;
${cases.replace(/^ {4}exec\).*\n/m, '')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _kaweezle kaweezle
`
}

function wordsOf(commands: readonly CompletedCommand[], name: string): string {
  const command = commands.find((one) => one.name === name)
  return (command?.flags ?? []).flatMap(({ spellings }) => spellings).join(' ')
}

/** A flag means the same with every command, so that each is looked at once. */
function allFlags(commands: readonly CompletedCommand[]): readonly CompletedFlag[] {
  const flags = new Map(commands.flatMap(({ flags }) => flags).map((flag) => [flag.spellings.at(-1), flag]))
  return [...flags.values()]
}

function withValue(commands: readonly CompletedCommand[]): readonly string[] {
  return allFlags(commands)
    .filter(({ value }) => value.kind !== 'none')
    .flatMap(({ spellings }) => spellings)
}

function bashValues(commands: readonly CompletedCommand[]): string {
  return allFlags(commands)
    .flatMap(({ spellings, value }) => {
      const words = {
        none: undefined,
        any: 'true',
        file: 'COMPREPLY=($(compgen -f -- "$word"))',
        names: '',
        words: '',
      }
      const action =
        value.kind === 'words'
          ? `COMPREPLY=($(compgen -W '${value.words.join(' ')}' -- "$word"))`
          : value.kind === 'names'
            ? `COMPREPLY=($(compgen -W "$(${askForNames})" -- "$word"))`
            : words[value.kind]
      return action === undefined ? [] : [`    ${spellings.join('|')}) ${action}; return ;;`]
    })
    .join('\n')
}

/** For zsh, as a function of its own completion system. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  const described = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join('\n')
  const cases = commands
    .map(({ name, flags, choices }) => {
      const args = flags.map(zshFlag)
      if (name === 'exec') args.push("'*::command:_normal'")
      else if (choices.length > 0) args.push(quote(`1:word:(${choices.join(' ')})`))
      return `    ${name}) _arguments -s ${args.join(' \\\n      ')} ;;`
    })
    .join('\n')
  return `#compdef kaweezle
# zsh completion for kaweezle; made by: kaweezle completion zsh
_kaweezle_names() {
  local -a names
  names=(\${(f)"$(${askForNames})"})
  _describe 'cluster' names
}
_kaweezle() {
  local -a commands
  commands=(
${described}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases}
    help) _describe 'command' commands ;;
  esac
}
if [ "\${funcstack[1]}" = "_kaweezle" ]; then
  _kaweezle "$@"
else
  compdef _kaweezle kaweezle
fi
`
}

function zshFlag({ spellings, help, value }: CompletedFlag): string {
  const text = help.replaceAll(/[[\]:\\]/g, '\\$&')
  const action = {
    none: '',
    any: ':value: ',
    file: ':file:_files',
    names: ':cluster:_kaweezle_names',
    words: value.kind === 'words' ? `:value:(${value.words.join(' ')})` : '',
  }[value.kind]
  const [only = '', ...more] = spellings
  if (more.length === 0) return quote(`${only}[${text}]${action}`)
  return `${quote(`(${spellings.join(' ')})`)}{${spellings.join(',')}}${quote(`[${text}]${action}`)}`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
