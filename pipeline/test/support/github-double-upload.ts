import type { IncomingMessage } from 'node:http'
import type { Double, Incoming } from './github-double.ts'
import { describeAsset, type Routed } from './github-double-routes.ts'
import { invalid, notFound, type StoredAsset } from './github-double-state.ts'

export interface UploadFault {
  /** Bytes of the body after which the connection is cut. */
  readonly cutAfter?: number | undefined
  /** Bytes of the body after which nothing is read any more, and nothing answered. */
  readonly hangAfter?: number | undefined
  /** Keep other bytes than came. */
  readonly corrupt?: boolean | undefined
}

/**
 * POST …/releases/{release_id}/assets of the host for uploads
 * (https://docs.github.com/en/rest/releases/assets#upload-a-release-asset). From the first moment the name is taken,
 * by a `starter` that stays when the rest never comes. Undefined: no answer.
 */
export async function upload(
  double: Double,
  { path, query, headers }: Incoming,
  { request, fault }: { request: IncomingMessage; fault: UploadFault },
): Promise<Routed | undefined> {
  const { store } = double
  const release = store.releases.get(Number(/^\/releases\/(\d+)\/assets$/.exec(path)?.[1]))
  if (release === undefined || double.rights === 'hidden') return notFound
  if (double.rights !== 'write')
    return { status: 403, data: { message: 'Resource not accessible by integration' } }
  if (release.immutable)
    return { status: 422, data: { message: 'Cannot upload assets to an immutable release' } }
  const length = Number(headers['content-length'])
  if (headers['transfer-encoding'] !== undefined || !(length > 0))
    return { status: 400, data: { message: 'Bad Content-Length' } }
  const name = rename(query.get('name') ?? '')
  if (release.assets.some((one) => one.name === name))
    return invalid('ReleaseAsset', 'already_exists', 'name')
  const contentType = headers['content-type'] ?? ''
  const asset: StoredAsset = {
    id: store.nextId++,
    name,
    contentType,
    state: 'starter',
    bytes: Buffer.alloc(0),
  }
  release.assets.push(asset)
  store.onChange()
  double.uploads.push(name)
  const bytes = await receive(request, fault)
  if (bytes === undefined || bytes.length !== length) return undefined
  asset.bytes = fault.corrupt === true ? Buffer.from(bytes.map((one) => one ^ 1)) : bytes
  asset.state = 'uploaded'
  double.completed.push(name)
  store.onChange()
  return { status: 201, data: describeAsset(double, asset) }
}

async function receive(request: IncomingMessage, fault: UploadFault): Promise<Buffer | undefined> {
  const { cutAfter = Number.POSITIVE_INFINITY, hangAfter = Number.POSITIVE_INFINITY } = fault
  const parts: Buffer[] = []
  // Not there any more when the request has ended.
  const { socket } = request
  let count = 0
  try {
    for await (const part of request) {
      count += part.length
      if (count >= cutAfter) {
        socket.destroy()
        return undefined
      }
      if (count >= hangAfter) await new Promise((resolve) => socket.once('close', resolve))
      parts.push(part)
    }
  } catch {
    // The other side went away.
    return undefined
  }
  return Buffer.concat(parts)
}

/** What was tried out by many: special characters become one dot, and dots at the ends go. */
function rename(name: string): string {
  return name.replace(/[^A-Za-z0-9._@+-]+/g, '.').replace(/^\.+|\.+$/g, '')
}
