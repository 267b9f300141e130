import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob, relative } from 'node:path'
import { commands as agentCommands } from '../../../agent/src/commands/index.ts'
import { settingsTable as agentSettings } from '../../../agent/src/settings/table.ts'
import { commands } from '../../src/commands/table.ts'
import { settingsTable } from '../../src/settings/table.ts'
import { scriptHelps } from './own-commands.ts'
import { readDocument, repository } from './shown-commands.ts'

const sources = ['cli', 'agent', 'pipeline', 'program-kit', 'release-format', 'bench', 'demo'].flatMap(
  (workspace) =>
    readdirSync(join(repository, workspace), { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'),
      )
      .map((entry) => relative(repository, join(entry.parentPath, entry.name))),
)

/** The flags that a text names by themselves and that no program of ours has. */
export function unknownFlags(text: string): string[] {
  const settings = [...Object.values(settingsTable), ...Object.values(agentSettings)]
  const own = commands.flatMap(({ options = [] }) => options)
  const switches = agentCommands.flatMap((command) => Object.keys(command.switches ?? {}))
  const helps = Object.values(scriptHelps).flatMap((help) => [
    ...help.matchAll(/^ {2}(?:-\w, )?--([a-z-]+)/gm),
  ])
  const known = new Set([
    ...[...settings, ...own].map(({ flag }) => flag),
    ...[...switches, 'help', 'config'],
    ...helps.map(([, flag]) => flag),
  ])
  return [...text.matchAll(/`--([a-z-]+)/g)].flatMap(([, flag = '']) => (known.has(flag) ? [] : [flag]))
}

/** The variables of ours that a text names and that no source reads, nor a workflow sets. */
export function unknownVariables(text: string): string[] {
  const name = /\b(?:KAWEEZLE|IKNITE)_[A-Z_]+\b/g
  const quoted = /'((?:KAWEEZLE|IKNITE)_[A-Z_]+)'|\bvars\.(KAWEEZLE_[A-Z_]+)/g
  const workflows = ['ci', 'release', 'update-locks'].map((one) => `.github/workflows/${one}.yml`)
  const reading = sources.filter((path) => !path.endsWith('.test.ts'))
  const read = [...reading, ...workflows]
    .map((path) => readFileSync(join(repository, path), 'utf8'))
    .join('\n')
  const known = new Set([...read.matchAll(quoted)].map(([, code, variable]) => code ?? variable))
  return [...text.matchAll(name)].map(([one]) => one).filter((one) => !known.has(one))
}

/** The source files that a text names, some with `*`, and that are not there. `NAME` is what readers replace. */
export function missingSources(text: string): string[] {
  const named = [...text.matchAll(/`([\w./*-]+\.ts)`/g)].map(([, path = '']) => path)
  const isThere = (path: string) => sources.some((source) => matchesGlob(source, `{${path},**/${path}}`))
  return named.filter((path) => !path.includes('NAME') && !isThere(path))
}

/** The links of a document to files and headings that are not there. */
export function deadLinks(document: string, text: string): string[] {
  return [...text.matchAll(/\]\((?!https:)([\w./-]*)(?:#([\w-]+))?\)/g)].flatMap(
    ([link, path = '', anchor]) => {
      const place = join(dirname(document), path)
      if (!existsSync(join(repository, place))) return [link]
      const target = path === '' ? text : path.endsWith('.md') ? readDocument(place) : ''
      const headings = [...target.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading))
      return anchor === undefined || headings.includes(anchor) ? [] : [link]
    },
  )
}

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
}
