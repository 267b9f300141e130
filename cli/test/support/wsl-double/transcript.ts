import { spawnSync } from 'node:child_process'
import type { WslDouble } from './wsl-double.ts'

export interface Reply {
  readonly status: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/** Calls a double's wsl.exe, as whoever types would; UTF-8 is asked for where `isUtf8`. */
export function callWsl(
  { executable }: WslDouble,
  args: readonly string[],
  { isUtf8 = true, input }: { readonly isUtf8?: boolean; readonly input?: string } = {},
): Reply {
  const { WSL_UTF8: _, ...environment } = process.env
  const { status, stdout, stderr } = spawnSync(executable, args, {
    env: isUtf8 ? { ...environment, WSL_UTF8: '1' } : environment,
    ...(input !== undefined && { input }),
  })
  return { status, stdout, stderr }
}
