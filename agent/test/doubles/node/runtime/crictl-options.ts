import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { codeOf } from '../../control-plane/running.ts'
import { usualSocket } from './call.ts'

export interface Settings {
  socket: string
  /** Milliseconds. */
  timeout: number
}

export interface Options {
  words: string[]
  has(...names: string[]): boolean
  get(...names: string[]): string | undefined
}

const valued = new Set([
  'o',
  'output',
  'name',
  's',
  'state',
  'namespace',
  'p',
  'pod',
  't',
  'label',
  'tail',
  'timeout',
  'r',
  'runtime-endpoint',
  'i',
  'image-endpoint',
  'c',
  'config',
])

export function parseOptions(argv: string[]): Options {
  const values = new Map<string, string>()
  const words: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const [, name, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    if (name === undefined) words.push(word)
    else if (value !== undefined) values.set(name, value)
    else if (valued.has(name)) values.set(name, argv[++at] ?? '')
    else if (/^-[a-z]{2,}$/.test(word)) for (const letter of name) values.set(letter, 'true')
    else values.set(name, 'true')
  }
  const get = (...names: string[]) =>
    names.map((name) => values.get(name)).find((value) => value !== undefined)
  return { words, get, has: (...names) => get(...names) !== undefined }
}

export function settingsOf(options: Options): Settings {
  const file = readSettings(options.get('c', 'config') ?? '/etc/crictl.yaml')
  return {
    socket:
      options.get('r', 'runtime-endpoint') ??
      process.env['CONTAINER_RUNTIME_ENDPOINT'] ??
      file['runtime-endpoint'] ??
      usualSocket,
    timeout: Number(file['timeout'] ?? 2) * 1000,
  }
}

function readSettings(path: string): Record<string, string | undefined> {
  try {
    return parse(readFileSync(path, 'utf8')) ?? {}
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {}
    throw error
  }
}
