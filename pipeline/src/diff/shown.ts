import { byteString, displayPath } from '../tree/path.ts'

/** Text of a manifest as a path of an archive is shown: without what moves a cursor or breaks a line. */
export function shown(text: string): string {
  return text === '' ? '' : displayPath(byteString(text))
}
