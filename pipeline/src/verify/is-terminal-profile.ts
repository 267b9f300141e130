import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { jsonOrUndefined } from '../json.ts'

const template = z.object({ profiles: z.array(z.object({})) })

/**
 * Whether WSL makes a profile of Windows Terminal from these bytes: JSON without comments, and an object with a list
 * `profiles` (`_CreateTerminalProfile` in src/windows/service/exe/LxssUserSession.cpp of github.com/microsoft/WSL).
 */
export function isTerminalProfile(bytes: Buffer): boolean {
  return isUtf8(bytes) && template.safeParse(jsonOrUndefined(bytes.toString())).success
}
