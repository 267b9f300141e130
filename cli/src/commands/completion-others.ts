import type { CompletedCommand, CompletedFlag } from './completion-data.ts'

/** For fish. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  const lines = commands.flatMap(({ name, summary, flags, choices }) => {
    const here = `complete -c kaweezle -n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c kaweezle -n "not __fish_seen_subcommand_from ${names}" -a ${name} -d ${fishQuote(summary)}`,
      ...(choices.length === 0 ? [] : [`${here} -a ${fishQuote(choices.join(' '))}`]),
      ...flags.map((flag) => `${here} ${fishFlag(flag)}`),
    ]
  })
  return `# fish completion for kaweezle; made by: kaweezle completion fish
complete -c kaweezle -f
${lines.join('\n')}
`
}

function fishFlag({ spellings, help, value }: CompletedFlag): string {
  const words = spellings.map((one) => (one.startsWith('--') ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`))
  const action = {
    none: '',
    any: ' -x',
    file: ' -r -F',
    names: " -x -a '(kaweezle __complete names 2>/dev/null)'",
    words: value.kind === 'words' ? ` -x -a ${fishQuote(value.words.join(' '))}` : '',
  }[value.kind]
  return `${words.join(' ')}${action} -d ${fishQuote(help)}`
}

function fishQuote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}

/** For PowerShell, that of Windows and newer ones. */
export function powershellScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => psQuote(name)).join(', ')
  const perCommand = commands.map(({ name, flags, choices }) => {
    const words = [...flags.flatMap(({ spellings }) => spellings), ...choices]
    return `    ${psQuote(name)} = @(${words.map(psQuote).join(', ')})`
  })
  const values = new Map(
    commands
      .flatMap(({ flags }) => flags)
      .flatMap(({ spellings, value }) =>
        value.kind === 'words' ? spellings.map((one) => [one, value.words] as const) : [],
      ),
  )
  const perFlag = [...values].map(
    ([flag, words]) => `    ${psQuote(flag)} = @(${words.map(psQuote).join(', ')})`,
  )
  return `# PowerShell completion for kaweezle; made by: kaweezle completion powershell
Register-ArgumentCompleter -Native -CommandName kaweezle -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = @(${names})
  $words = @{
${perCommand.join('\n')}
  }
  # Case matters: -n and -N are not the same.
  $values = [System.Collections.Hashtable]::new([System.StringComparer]::Ordinal)
  @{
${perFlag.join('\n')}
  }.GetEnumerator() | ForEach-Object { $values[$_.Key] = $_.Value }
  $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $previous = if ($before.Count -gt 0) { $before[-1] } else { '' }
  $command = $before | Select-Object -Skip 1 | Where-Object { $commands -contains $_ } | Select-Object -First 1
  $candidates =
    if ($previous -ceq '--name' -or $previous -ceq '-n') { kaweezle __complete names 2>$null }
    elseif ($values.ContainsKey($previous)) { $values[$previous] }
    elseif ($command) { $words[$command] }
    else { $commands }
  $candidates | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`
}

function psQuote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
