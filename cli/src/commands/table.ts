import type { Command } from './command.ts'
import { shells } from './shells.ts'
import { clusterCommands, releaseSettings } from './table-cluster.ts'

const otherCommands: readonly Command[] = [
  {
    name: 'list',
    summary: 'Lists the clusters of this machine.',
    about: 'For each: whether it runs, its release, what runs it, and where its API server is.',
    settings: [],
    examples: [
      ['list', 'every cluster'],
      ['list -o json', 'the same for programs'],
    ],
    load: async () => (await import('./list.ts')).list,
  },
  {
    name: 'exec',
    summary: "Runs a command inside the cluster's machine, as root.",
    about:
      'Standard input, output and the exit status are those of the command. What follows it is its own; write -- before it where it begins with a dash. With -o json or yaml, its output is in the document.',
    settings: [],
    words: { name: 'COMMAND', help: 'the command and its arguments', areMany: true },
    examples: [
      ['exec kubectl get nodes', 'runs kubectl inside'],
      ['exec -- sh', 'opens a shell'],
      ['exec --name dev -- crictl ps', 'in another cluster'],
    ],
    load: async () => (await import('./exec.ts')).exec,
  },
  {
    name: 'kubeconfig',
    summary: 'Prints a kubeconfig of the running cluster.',
    about: 'It leads to the port of this machine, and has the one context. No file is changed.',
    settings: [],
    examples: [
      ['kubeconfig > kaweezle.yaml', 'puts it into a file'],
      ['kubeconfig -o json', 'the same as JSON, which kubectl reads too'],
    ],
    load: async () => (await import('./kubeconfig.ts')).kubeconfig,
  },
  {
    name: 'logs',
    summary: 'Shows the logs of the cluster, or bundles them for a report.',
    about:
      "The logs are those of iknite and of the kubelet. A bundle also has status, events, doctor's findings and what this machine knows of the cluster; tokens, keys and passwords are taken out of it.",
    settings: [],
    options: [
      { flag: 'follow', short: 'f', help: 'go on as lines are added, until interrupted' },
      { flag: 'lines', value: 'COUNT', help: 'how many lines of each log, from its end (default: 200)' },
      { flag: 'bundle', value: 'FILE.zip', help: 'write everything that helps to find a fault into a zip' },
    ],
    examples: [
      ['logs --follow', 'what happens now'],
      ['logs --bundle kaweezle-logs.zip', 'a file to attach to a report'],
    ],
    load: async () => (await import('./logs.ts')).logs,
  },
  {
    name: 'doctor',
    summary: 'Looks for what keeps a cluster from working here, and says what to do.',
    about: 'Every check passes, warns or fails. The exit status is 1 when any fails.',
    settings: [...releaseSettings, 'apiPort'],
    examples: [
      ['doctor', 'every check'],
      ['doctor --provider docker -o json', 'for programs, and for one provider'],
    ],
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'completion',
    summary: 'Prints the script that completes commands, flags and cluster names in a shell.',
    about: 'Load it in the file that your shell reads when it starts.',
    settings: [],
    words: { name: 'SHELL', help: `one of ${shells.join(', ')}`, choices: shells },
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/kaweezle', 'for bash, from then on'],
      ['completion zsh > ~/.zfunc/_kaweezle', 'for zsh, where ~/.zfunc is in fpath'],
      ['completion fish > ~/.config/fish/completions/kaweezle.fish', 'for fish'],
      ['completion powershell | Out-String | Invoke-Expression', 'for PowerShell; put it into $PROFILE'],
    ],
    readsNoFile: true,
    load: async () => (await import('./completion.ts')).completion,
  },
  {
    name: 'version',
    summary: 'Prints the version of this program.',
    about: 'The settings file is not read. `status` knows the versions of a cluster.',
    settings: [],
    examples: [
      ['version', 'e.g. kaweezle 0.1.0'],
      ['version -o json', 'the same for programs'],
    ],
    readsNoFile: true,
    load: async () => (await import('./version.ts')).version,
  },
  {
    name: '__complete',
    summary: 'Prints the words that a shell can complete.',
    about: 'The scripts of completion call it.',
    settings: [],
    words: { name: 'WHAT', help: 'names: the names of the clusters', choices: ['names'] },
    examples: [['__complete names', 'one name a line']],
    isHidden: true,
    readsNoFile: true,
    load: async () => (await import('./complete.ts')).complete,
  },
]

/** In the order in which people need them. */
export const commands: readonly Command[] = [...clusterCommands, ...otherCommands]
