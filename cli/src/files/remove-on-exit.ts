import { rmSync } from 'node:fs'

const paths = new Set<string>()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Removes a file when this process ends by itself or by a signal that it can see. Who handles signals itself is
 * left to end the process in its own time.
 * @returns what to call once the file is gone or is to stay
 */
export function removeOnExit(path: string): () => void {
  if (paths.size === 0) {
    process.on('exit', removeAll)
    for (const signal of signals) process.on(signal, endBySignal)
  }
  paths.add(path)
  return () => {
    if (!paths.delete(path) || paths.size > 0) return
    process.off('exit', removeAll)
    for (const signal of signals) process.off(signal, endBySignal)
  }
}

function endBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  removeAll()
  // Without a listener the signal does what it does by default, so the parent sees the true cause.
  process.off(signal, endBySignal)
  process.kill(process.pid, signal)
}

function removeAll(): void {
  for (const path of paths) rmSync(path, { force: true })
  paths.clear()
}
