import { writeSync } from 'node:fs'
import { type Message, message } from './messages.ts'
import type { Settings } from './state.ts'

/** What a call ends with: a failure of wsl.exe itself is -1, of which Linux keeps 8 bits. */
export const launcherFailure = 255

/** A failure of wsl.exe itself, with what it prints. */
export class WslFailure extends Error {
  override readonly name = 'WslFailure'
  readonly code: string | undefined

  constructor(text: string, code?: string) {
    super(text)
    this.code = code
  }
}

/** Writes as wsl.exe does: text mode, and UTF-16LE unless it was asked for UTF-8 and is new enough for that. */
export function say(settings: Settings, text: string): void {
  const lines = text.replaceAll('\n', settings.newline)
  writeAll(Buffer.from(lines, isUtf8(settings) ? 'utf8' : 'utf16le'))
}

export function sayFailure(settings: Settings, { message: text, code }: WslFailure): void {
  const lines = text.endsWith('\n') ? text : `${text}\n`
  say(settings, code === undefined ? lines : `${lines}${message(settings.locale, 'error', code)}\n`)
}

export function failure(
  settings: Settings,
  name: Message,
  code: string | undefined,
  ...values: string[]
): WslFailure {
  return new WslFailure(message(settings.locale, name, ...values), code)
}

function isUtf8({ flavour }: Settings): boolean {
  return flavour === 'store' && process.env['WSL_UTF8'] === '1'
}

function writeAll(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    }
  }
}
