import { isKaweezleError, KaweezleError } from '../../errors.ts'
import type { Availability } from '../provider.ts'
import type { WslClient } from './wsl-client.ts'
import { wslError } from './wsl-error.ts'

/** What `wsl --status` ends with where WSL is not installed, and where its kernel is missing (-444). */
const [notInstalled, noKernel] = [50, 4_294_966_852]

const install = 'Run `wsl --install --no-distribution` as administrator and restart Windows.'

/** Whether WSL can be used, as far as that can be seen without starting anything. */
export async function probeWsl(findClient: () => Promise<WslClient>): Promise<Availability> {
  try {
    const client = await findClient()
    const run = await client.status()
    if (run.status === notInstalled) return { isUsable: false, reason: 'WSL is not installed', hint: install }
    if (run.status === noKernel)
      return { isUsable: false, reason: 'WSL has no kernel', hint: 'Run `wsl --update` and restart Windows.' }
    const failure = run.status === 0 ? undefined : wslError('say how it is', run)
    if (failure?.code === 'PROVIDER_UNAVAILABLE') throw failure
    // That of a Windows without WSL knows no lists.
    await client.list()
    const version = await client.version()
    return { isUsable: true, detail: version === undefined ? 'WSL of Windows itself' : `WSL ${version}` }
  } catch (error) {
    if (!isKaweezleError(error))
      return { isUsable: false, reason: String(error), hint: 'Run `kaweezle doctor`.' }
    return { isUsable: false, reason: error.message, hint: error.hint ?? 'Run `kaweezle doctor`.' }
  }
}

/** The error where there is no wsl.exe. */
export function noWsl(): KaweezleError {
  return new KaweezleError('PROVIDER_UNAVAILABLE', 'WSL is not installed', {
    hint: process.platform === 'win32' ? install : 'Use `--provider docker`: WSL is a part of Windows.',
  })
}
