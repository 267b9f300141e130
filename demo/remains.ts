import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'

/** What there still is of a folder on this machine: itself, mounts below it, and processes that were started with it. */
export async function remainsOf(folder: string): Promise<string[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .filter((line) => line.includes(folder))
  const processes: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue
    // esbuild's service is a child of this process, and ends with it.
    if ((await textOf(`/proc/${pid}/stat`)).split(' ')[3] === String(process.pid)) continue
    const command = await textOf(`/proc/${pid}/cmdline`)
    const known = command + (await textOf(`/proc/${pid}/environ`))
    if (known.includes(folder))
      processes.push(`process ${pid}: ${command.replaceAll('\0', ' ').slice(0, 100)}`)
  }
  return [
    ...(existsSync(folder) ? [`folder ${folder}`] : []),
    ...mounts.map((line) => `mount ${line}`),
    ...processes,
  ]
}

/** Empty where the process is no more, or somebody else's. */
function textOf(file: string): Promise<string> {
  return readFile(file, 'latin1').catch(() => '')
}
