import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Lie } from './lie.ts'
import type { Seen } from './release-server.ts'
import type { ServedFile } from './served-file.ts'

interface Sending {
  readonly seen: Seen
  readonly lie: Lie
  readonly response: ServerResponse
}

/** Sends a file, or the part of it that Range asks for (RFC 9110, section 14), or what the lie makes of it. */
export function sendFile(file: ServedFile, { seen, lie, response }: Sending): void {
  const etag = lie.etag ?? `"${file.sha256.slice(0, 16)}"`
  const asked = Number(/^bytes=(\d+)-$/.exec(seen.headers.range ?? '')?.[1] ?? 0)
  const ifRange = seen.headers['if-range']
  const isPart =
    asked > 0 && !lie.ignoreRange && (ifRange === undefined || ifRange === etag || lie.ignoreIfRange)
  if (isPart && asked >= file.size) {
    response.writeHead(416, { 'content-range': `bytes */${file.size}` }).end()
    return
  }
  const start = isPart ? asked + (lie.shiftRange ?? 0) : 0
  response.statusCode = isPart ? 206 : 200
  response.setHeader('etag', etag)
  response.setHeader('content-type', 'application/octet-stream')
  if (isPart) response.setHeader('content-range', `bytes ${start}-${file.size - 1}/${file.size}`)
  if (lie.gzip) {
    const body = gzipSync(file.read(0, file.size))
    response.setHeader('content-encoding', 'gzip').setHeader('content-length', body.length).end(body)
    return
  }
  if (lie.endAt === undefined && lie.append === undefined) {
    response.setHeader('content-length', lie.contentLength ?? file.size - start)
  }
  response.flushHeaders()
  sendBody(file, start, { seen, lie, response }).catch(() => response.destroy())
}

async function sendBody(file: ServedFile, start: number, { seen, lie, response }: Sending): Promise<void> {
  const end = Math.min(
    start + Math.min(lie.cutAt ?? Infinity, lie.stallAt ?? Infinity, lie.endAt ?? Infinity),
    file.size,
  )
  const closed = new Promise((resolve) => response.once('close', resolve))
  for (let offset = start; offset < end; ) {
    if (lie.slow) await sleep(lie.slow.delay)
    const chunk = Buffer.from(file.read(offset, Math.min(end - offset, lie.slow?.bytes ?? 64 * 1024)))
    const at = (lie.flip ?? -1) - offset
    if (at >= 0 && at < chunk.length) chunk[at] = (chunk[at] ?? 0) ^ 1
    // One after another: what is counted as sent has left this program, and the rest was never made.
    await Promise.race([closed, new Promise((resolve) => response.write(chunk, resolve))])
    if (response.destroyed) return
    seen.sent += chunk.length
    offset += chunk.length
  }
  if (lie.stallAt !== undefined) return
  if (lie.append !== undefined) response.write(Buffer.alloc(lie.append))
  if (lie.cutAt !== undefined && end < file.size) response.destroy()
  else if (lie.contentLength !== undefined && lie.contentLength > file.size - start) response.destroy()
  else response.end()
}
