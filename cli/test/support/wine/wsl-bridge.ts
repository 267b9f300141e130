import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { isLauncherFailure } from '../../../src/providers/wsl/wsl-client.ts'

export interface WslBridge extends AsyncDisposable {
  /** Where the wsl.exe of Wine (wsl.c) finds it: `WSL_BRIDGE_PORT`. */
  readonly port: number
}

export interface WslBridgeOptions {
  /** The double of wsl.exe for Linux. */
  readonly executable: string
  /** What Linux calls a path of Windows. */
  readonly toLinux: (path: string) => string
}

/** Runs the double of wsl.exe for programs under Wine, and ends it with the wsl.exe there. */
export async function startWslBridge(options: WslBridgeOptions): Promise<WslBridge> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A wsl.exe that is killed resets its connection.
    socket.on('error', () => {})
    serve(socket, options).catch(() => socket.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function serve(socket: Socket, { executable, toLinux }: WslBridgeOptions): Promise<void> {
  const blocks = blocksOf(socket)
  const words = await texts(blocks)
  const environment = Object.fromEntries((await texts(blocks)).flatMap(variable))
  const args = words.map((word) => (/^[A-Z]:\\/.test(word) ? toLinux(word) : word))
  const child = spawn(executable, args, {
    env: { PATH: process.env['PATH'], ...environment },
    detached: true,
  })
  socket.once('close', () => killGroup(child.pid))
  const seen = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  for (const [name, stream] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    child[name].on('data', (bytes: Buffer) => {
      seen[name] = Buffer.concat([seen[name], bytes]).subarray(-4096)
      for (let at = 0; at < bytes.length; at += largest)
        send(socket, stream, bytes.subarray(at, at + largest))
    })
  }
  child.stdin.on('error', () => {})
  void pipeInput(blocks, child.stdin)
  const [code] = (await once(child, 'close')) as [number | null]
  const run = { status: code ?? 1, ...seen }
  // Linux has 8 bits of what Windows has 32.
  const status = isLauncherFailure(run, 'linux') ? 0xffffffff : run.status
  socket.end(header(0, status))
}

type Blocks = { readonly count: () => Promise<number>; readonly next: () => Promise<Buffer> }

/** Numbers of 32 bits, and blocks of bytes with their length before them. */
function blocksOf(socket: Socket): Blocks {
  const chunks = socket[Symbol.asyncIterator]()
  let rest = Buffer.alloc(0)
  async function take(size: number): Promise<Buffer> {
    while (rest.length < size) {
      const { done, value } = await chunks.next()
      if (done === true) throw new Error('wsl.exe was killed')
      rest = Buffer.concat([rest, value])
    }
    const taken = rest.subarray(0, size)
    rest = rest.subarray(size)
    return taken
  }
  const count = async () => (await take(4)).readUInt32LE()
  return { count, next: async () => take(await count()) }
}

async function texts({ count, next }: Blocks): Promise<string[]> {
  const found: string[] = []
  for (let left = await count(); left > 0; left--) found.push((await next()).toString())
  return found
}

/** What wsl.exe looks at; the rest is that of Windows, which means nothing here. */
function variable(text: string): [name: string, value: string][] {
  const [, name, value] = /^(WSL[A-Z0-9_]*)=(.*)$/s.exec(text) ?? []
  return name === undefined || value === undefined ? [] : [[name, value]]
}

async function pipeInput({ next }: Blocks, stdin: NodeJS.WritableStream): Promise<void> {
  try {
    for (let bytes = await next(); bytes.length > 0; bytes = await next()) stdin.write(bytes)
  } catch {
    // It was killed, or is done.
  }
  stdin.end()
}

const largest = 32 * 1024

function send(socket: Socket, stream: number, bytes: Buffer): void {
  if (socket.writable) socket.write(Buffer.concat([header(stream, bytes.length), bytes]))
}

function header(first: number, second: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(first, 0)
  bytes.writeUInt32LE(second, 4)
  return bytes
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
