import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Answer, type FaultServer, serve, startServer } from './fault-server.ts'
import { mirrorFolder } from './mirror.ts'

/** The miniature mirror behind HTTP. `fault` answers instead where it gives an answer for the path. */
export function serveMirror(
  fault: (path: string, count: number) => Answer | undefined = () => undefined,
): Promise<FaultServer> {
  const counts = new Map<string, number>()
  return startServer((response, request, total) => {
    const path = decodeURIComponent(request.url)
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    const answer = fault(path, count)
    if (answer !== undefined) return answer(response, request, total)
    readFile(join(mirrorFolder, path)).then(
      (content) => serve(content)(response, request, total),
      () => response.writeHead(404).end(),
    )
  })
}
