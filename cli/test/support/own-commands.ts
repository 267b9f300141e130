import { parseArguments } from '../../../agent/src/commands/arguments.ts'
import { commands as agentCommands } from '../../../agent/src/commands/index.ts'
import { helpText as demoHelp } from '../../../demo/options.ts'
import { build } from '../../../pipeline/src/commands/build.ts'
import { diff } from '../../../pipeline/src/commands/diff.ts'
import { lock } from '../../../pipeline/src/commands/lock.ts'
import { rebuild } from '../../../pipeline/src/commands/rebuild.ts'
import { release } from '../../../pipeline/src/commands/release.ts'
import { verify } from '../../../pipeline/src/commands/verify.ts'
import { packageHelp } from '../../build/package-options.ts'
import { parseCommandLine } from '../../src/commands/command-line.ts'
import { commands } from '../../src/commands/table.ts'
import { blocksIn, commandsOf, readDocument } from './shown-commands.ts'

/** The help of each script of npm that takes flags. */
export const scriptHelps: Readonly<Record<string, string>> = {
  'build-rootfs': build.help(),
  lock: lock.help(),
  verify: verify.help(),
  release: release.help(),
  diff: diff.help(),
  rebuild: rebuild.help(),
  'package-cli': packageHelp,
  demo: demoHelp,
}

/** The commands of ours in a text, as words: lines of blocks of a shell, and what stands between backquotes. */
export function ownCommandsIn(text: string): string[][] {
  const blocks = blocksIn(text).flatMap(commandsOf)
  const inline = [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
  return [...blocks, ...inline]
    .map((line) =>
      line
        .replace(/\s+#.*$/, '')
        .replace(/^(?:\w+=\S+ )+/, '')
        .replace(/^node cli\/dist\/kaweezle\.cjs /, 'kaweezle ')
        .trim()
        .split(/\s+/),
    )
    .filter(([program = '', verb]) =>
      program === 'npm'
        ? verb === 'run'
        : ['kaweezle', 'iknite'].includes(program) && verb !== undefined && verb !== 'COMMAND',
    )
}

/** @throws where there is no such command, or it does not take that */
export function assertOwnCommand([program, ...words]: readonly string[]): void {
  if (program === 'iknite') {
    parseArguments(words, agentCommands)
  } else if (program === 'kaweezle') {
    const line = parseCommandLine(words, commands, 80)
    if (line.kind === 'command' && line.words[0] === 'iknite') assertOwnCommand(line.words)
  } else {
    assertScript(words.slice(1))
  }
}

function assertScript([script = '', ...words]: readonly string[]): void {
  if (script === '…') return
  const { scripts } = JSON.parse(readDocument('package.json'))
  if (!(script in scripts)) throw new Error(`no script ${script}`)
  for (const flag of words.filter((word) => word.startsWith('--') && word !== '--')) {
    const isThere = new RegExp(`^ {2}(-\\w, )?${flag.split('=')[0]}\\b`, 'm').test(scriptHelps[script] ?? '')
    if (!isThere) throw new Error(`${script} has no ${flag}`)
  }
}
