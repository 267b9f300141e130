import type { Server } from 'node:net'

/** Resolves when the process is asked to end. */
export function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
}

/** Fails like the real programs do when the address is not (or no longer) one of this host. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** One line in the form of klog, on stderr. */
export function log(level: 'I' | 'W' | 'E', message: string): void {
  const [date = '', time = ''] = new Date().toISOString().split('T')
  process.stderr.write(
    `${level}${date.slice(5).replace('-', '')} ${time.slice(0, -1)} ${process.pid} ${message}\n`,
  )
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** Runs one call after the other. */
export function oneByOne(): <T>(call: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (call) => {
    const next = last.then(call, call)
    last = next.catch(() => undefined)
    return next
  }
}
