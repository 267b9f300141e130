import type { Host } from '../host/host.ts'
import type { OpenrcState, ServiceName, ServiceState } from '../plan/snapshot.ts'
import { findProcess, listProcesses, type RunningProcess } from './processes.ts'

const stateFolder = '/run/openrc'

export async function observeOpenrc({ files }: Host): Promise<OpenrcState> {
  const [softlevel, enabled] = await Promise.all([
    files.stat(`${stateFolder}/softlevel`),
    files.list('/etc/runlevels/default'),
  ])
  return { isBooted: softlevel !== undefined, enabled }
}

export async function observeService(
  host: Host,
  name: ServiceName,
  processes: readonly RunningProcess[],
): Promise<ServiceState> {
  const [noted, process, script] = await Promise.all([
    observeNote(host, name, processes),
    findProcess(host, processes, name),
    host.files.stat(`/etc/init.d/${name}`),
  ])
  return { noted, process, isInstalled: script !== undefined }
}

/** What OpenRC has noted of a service: a link of its name in a folder named for the state. */
export async function observeNote(
  host: Host,
  name: ServiceName,
  processes: readonly RunningProcess[],
): Promise<ServiceState['noted']> {
  const noted = await readNote(host, name)
  if (noted !== 'changing' || processes.some((process) => isChanging(process, name))) return noted
  // The change may have begun since the processes were listed.
  if ((await listProcesses(host)).some((process) => isChanging(process, name))) return noted
  // Or have ended; else who made it was killed, and the note stays for ever.
  const later = await readNote(host, name)
  return later === 'changing' ? 'failed' : later
}

async function readNote({ files }: Host, name: ServiceName): Promise<ServiceState['noted']> {
  const isIn = async (state: string) => (await files.stat(`${stateFolder}/${state}/${name}`)) !== undefined
  const [started, failed, ...changing] = await Promise.all(
    ['started', 'failed', 'starting', 'stopping', 'inactive'].map(isIn),
  )
  if (changing.includes(true)) return 'changing'
  if (started) return 'started'
  return failed ? 'failed' : 'stopped'
}

/** Whether a process is OpenRC's at a service: `openrc-run /etc/init.d/crio start`, and the shell that it starts. */
function isChanging({ program, arguments: words }: RunningProcess, name: ServiceName): boolean {
  return program.startsWith('openrc-run') || program === 'sh'
    ? words.includes(`/etc/init.d/${name}`)
    : program === 'rc-service' && words.includes(name)
}
