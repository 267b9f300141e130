import type { Command } from './command.ts'
import { info } from './info.ts'
import { kubeconfig } from './kubeconfig.ts'
import { prepare } from './prepare.ts'
import { reset } from './reset.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import { version } from './version.ts'

/** In the order in which people need them. */
export const commands: readonly Command[] = [start, stop, status, reset, info, kubeconfig, prepare, version]
