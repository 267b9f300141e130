import { safeText } from '@kaweezle/program-kit/safe-text.ts'
import type { Verbosity } from '../settings/schemas.ts'

export type Fields = Readonly<Record<string, unknown>>

type Log = (message: string, fields?: Fields) => void

export interface Logger extends Readonly<Record<Verbosity, Log>> {
  /** The least important messages that are shown. */
  readonly level: Verbosity
}

export interface LoggerOptions {
  readonly level: Verbosity
  /** One JSON object a line, in place of text. */
  readonly json: boolean
  readonly write: (text: string) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly colour: boolean
  /** What text lines count seconds from, in milliseconds since 1970; by default now. */
  readonly startedAt?: number
}

/** The letters of each level and their colour, as logrus has them, in order of importance. */
const levels: Readonly<Record<Verbosity, { letters: string; colour: number }>> = {
  trace: { letters: 'TRAC', colour: 37 },
  debug: { letters: 'DEBU', colour: 37 },
  info: { letters: 'INFO', colour: 36 },
  warn: { letters: 'WARN', colour: 33 },
  error: { letters: 'ERRO', colour: 31 },
}
const order = Object.keys(levels) as readonly Verbosity[]

/** Writes what happens: `INFO[0002] Running /usr/bin/kubeadm init node=kwsl`, one line a message. */
export function createLogger(options: LoggerOptions): Logger {
  const startedAt = options.startedAt ?? options.now()
  const at = (level: Verbosity): Log => {
    if (order.indexOf(level) < order.indexOf(options.level)) return () => undefined
    return (message, fields = {}) => {
      const now = options.now()
      const line = options.json
        ? jsonLine(level, message, fields, now)
        : textLine(level, message, fields, { seconds: (now - startedAt) / 1000, colour: options.colour })
      options.write(`${line}\n`)
    }
  }
  return {
    level: options.level,
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  }
}

/** Writes everything twice. */
export function bothLoggers(one: Logger, other: Logger): Logger {
  const both =
    (level: Verbosity): Log =>
    (message, fields) => {
      one[level](message, fields)
      other[level](message, fields)
    }
  return {
    level: one.level,
    trace: both('trace'),
    debug: both('debug'),
    info: both('info'),
    warn: both('warn'),
    error: both('error'),
  }
}

function jsonLine(level: Verbosity, message: string, fields: Fields, now: number): string {
  // What a line always has cannot be taken over by a field.
  return JSON.stringify({ time: new Date(now).toISOString(), level, msg: message, ...renamed(fields) })
}

function renamed(fields: Fields): Fields {
  const taken = ['time', 'level', 'msg']
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [taken.includes(key) ? `fields.${key}` : key, value]),
  )
}

interface TextForm {
  readonly seconds: number
  readonly colour: boolean
}

function textLine(level: Verbosity, message: string, fields: Fields, { seconds, colour }: TextForm): string {
  const { letters, colour: code } = levels[level]
  const paint = (text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text)
  // A clock that was set back does not take the count below nothing.
  const count = String(Math.max(0, Math.floor(seconds))).padStart(4, '0')
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${paint(safeText(key))}=${fieldText(value)}`)
  return `${paint(letters)}[${count}] ${safeText(message)}${pairs.join('')}`
}

function fieldText(value: unknown): string {
  const text = safeText(typeof value === 'object' ? JSON.stringify(value) : String(value))
  return /^[\w./:@^+-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
