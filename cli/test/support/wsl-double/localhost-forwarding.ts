import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { environment } from './vm.ts'
import type { WslDouble } from './wsl-double.ts'

/** Joins its own streams with a port of the network that it is in. */
const joinProgram = `const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1')
socket.on('error', () => process.exit(1)).on('close', () => process.exit())
process.stdin.pipe(socket).pipe(process.stdout)`

/**
 * What WSL has as `localhostForwarding`: while something inside listens on all addresses of a port, 127.0.0.1 of the
 * host leads there. Of one port only, since tests that run beside each other have one host.
 */
export function forwardLocalhost(double: WslDouble, port: number): AsyncDisposable {
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const watch = setInterval(() => {
    const vm = double.state().vm?.pid
    const isListening = vm !== undefined && listens(vm, port)
    if (isListening === (server !== undefined)) return
    if (isListening) server = createServer((socket) => forward(socket)).listen(port, '127.0.0.1')
    else void close()
  }, 50)

  function forward(socket: Socket): void {
    const vm = double.state().vm?.pid
    const words = [`--net=/proc/${vm}/ns/net`, '--', process.execPath, '-e', joinProgram, String(port)]
    const joined = spawn('nsenter', words, { env: environment, stdio: ['pipe', 'pipe', 'ignore'] })
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      joined.kill('SIGKILL')
    })
    socket.on('error', () => {})
    joined.stdin.on('error', () => {})
    joined.on('close', () => socket.destroy())
    socket.pipe(joined.stdin)
    joined.stdout.pipe(socket)
  }

  async function close(): Promise<void> {
    const closing = server
    server = undefined
    for (const socket of sockets) socket.destroy()
    if (closing?.listening) await new Promise((resolve) => closing.close(resolve))
  }

  return {
    async [Symbol.asyncDispose]() {
      clearInterval(watch)
      await close()
    },
  }
}

/** Whether a program in the network of a process listens on all addresses of a port (proc(5), `/proc/net/tcp`). */
function listens(pid: number, port: number): boolean {
  const wanted = new RegExp(`: 0+:${port.toString(16).toUpperCase().padStart(4, '0')} 0+:0000 0A `, 'm')
  return ['tcp', 'tcp6'].some((table) => {
    try {
      return wanted.test(readFileSync(`/proc/${pid}/net/${table}`, 'utf8'))
    } catch {
      return false
    }
  })
}
