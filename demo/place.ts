import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/** The one folder that all files of the demo are in. */
export interface Place extends AsyncDisposable {
  readonly folder: string
  /** Where commands of the demo are looked for. */
  readonly bin: string
  /** What every program gets, and nothing else of the user's environment. */
  readonly environment: Readonly<Record<string, string>>
}

/** What leads to the daemon, to a proxy, and to programs. */
const inherited = /^(PATH|HOME|USER|TERM|LANG|LC_\w+|DOCKER_\w+|XDG_RUNTIME_DIR|(https?|all)_proxy)$/i

export async function openPlace(): Promise<Place> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'kaweezle-demo-')))
  // The test support makes its files where the system has temporary ones.
  process.env['TMPDIR'] = folder
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const direct = [process.env['no_proxy'] ?? process.env['NO_PROXY'], '127.0.0.1', 'localhost']
  const noProxy = direct.filter(Boolean).join(',')
  return {
    folder,
    bin,
    environment: {
      ...Object.fromEntries(
        Object.entries(process.env).flatMap(([name, value]) =>
          value !== undefined && inherited.test(name) ? [[name, value]] : [],
        ),
      ),
      PATH: [bin, dirname(process.execPath), process.env['PATH']].join(delimiter),
      TMPDIR: folder,
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_CACHE_HOME: join(folder, 'cache'),
      KUBECACHEDIR: join(folder, 'kube-cache'),
      NO_PROXY: noProxy,
      no_proxy: noProxy,
    },
    // What ended a moment ago may still be writing.
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  }
}
