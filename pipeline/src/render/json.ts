import type { EventSink } from './event.ts'

/**
 * Writes every event as one line of JSON; `time` becomes an ISO 8601 string. Where JSON lets control and
 * formatting characters stand, they are escaped too: the reader may be a terminal.
 */
export function jsonRenderer(write: (text: string) => void): EventSink {
  return (event) => {
    const json = JSON.stringify({ ...event, time: new Date(event.time).toISOString() })
    write(`${json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeUnits)}\n`)
  }
}

function escapeUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
