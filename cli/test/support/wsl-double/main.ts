import { setTimeout as sleep } from 'node:timers/promises'
import { parseArguments } from './arguments.ts'
import { sweep } from './distribution.ts'
import { stubUsage } from './messages.ts'
import { failure, launcherFailure, say, sayFailure, WslFailure } from './output.ts'
import {
  type Fault,
  isAlive,
  readSettings,
  recordCall,
  type Settings,
  takeFault,
  withState,
} from './state.ts'
import { perform } from './verbs.ts'
import { stopVm } from './vm.ts'

const [folder = '', ...args] = process.argv.slice(2)
process.exitCode = await main()

async function main(): Promise<number> {
  const settings = readSettings(folder)
  recordCall(folder, args)
  if (settings.flavour === 'stub') {
    say(settings, `${stubUsage}\n`)
    return 1
  }
  const request = parseArguments(args)
  await withState(folder, (state) => sweep(folder, state, settings))
  const fault = await takeFault(folder, request.verb)
  try {
    await meet(settings, fault)
    const status = await perform(folder, settings, request, fault)
    if (fault?.action === 'crash-after') await withState(folder, stopVm)
    return status
  } catch (error) {
    if (!(error instanceof WslFailure)) throw error
    sayFailure(settings, error)
    return fault?.status ?? launcherFailure
  }
}

async function meet(settings: Settings, fault: Fault | undefined): Promise<void> {
  if (fault?.stderr !== undefined) process.stderr.write(fault.stderr)
  if (fault?.action === 'hang') while (isAlive(settings.owner)) await sleep(200)
  if (fault?.action === 'fail') throw new WslFailure(fault.text ?? '', fault.code)
  if (fault?.action === 'crash') {
    await withState(folder, stopVm)
    throw failure(settings, 'unexpected', 'Wsl/Service/CreateInstance/CreateVm/WSL_E_VM_CRASHED')
  }
}
