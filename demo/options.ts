import { resolve } from 'node:path'
import { describeFlags, type FlagTable, parseFlags } from '../pipeline/src/commands/flags.ts'

const flags = {
  mirror: {
    type: 'string',
    value: 'DIR|URL',
    help: 'the Alpine mirror (../shared/alpine beside the project)',
  },
  provider: {
    type: 'string',
    choices: ['docker', 'wsl'],
    help: 'where the cluster runs: wsl is the double of wsl.exe, and builds in\nnamespaces (docker where a daemon answers, else wsl)',
  },
  help: { type: 'boolean', help: 'this text' },
} as const satisfies FlagTable

export interface DemoOptions {
  /** An absolute path, or a URL. */
  readonly mirror: string
  /** Undefined: what answers. */
  readonly provider: 'docker' | 'wsl' | undefined
}

export const helpText = `Shows the whole chain on this machine alone, in two minutes: a root filesystem is built, released to a double of
GitHub, installed from there, started as a cluster, updated to a newer Kubernetes, rolled back, and removed.

  npm run demo -- [flags]

${describeFlags(flags)}

Nothing is left of it, and nothing of yours is touched: not your kubeconfig, your caches, or your clusters.
DOCKER_HOST is honoured. docs/demo.md says what of it is real.

Exit status: 0 done; 1 something is missing, or failed; 2 the command line is wrong; 130 interrupted.
`

/** @throws PipelineError `USAGE` */
export function parseOptions(argv: readonly string[]): DemoOptions | 'help' {
  if (argv.includes('-h')) return 'help'
  const { help, mirror, provider } = parseFlags(argv, flags)
  if (help) return 'help'
  const given = mirror ?? resolve(import.meta.dirname, '../../shared/alpine')
  return { mirror: isUrl(given) ? given.replace(/\/+$/, '') : resolve(given), provider }
}

export function isUrl(location: string): boolean {
  return /^https?:\/\//.test(location)
}
