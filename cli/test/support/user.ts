import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { execa } from 'execa'
import { expect } from 'vitest'
import { kubectlBinary } from '../../../pipeline/test/support/kubectl.ts'
import { bundleCli } from '../../build/bundle.ts'

export interface Ended {
  readonly status: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Somebody at a keyboard, with a home folder and a kubeconfig that has a context of something else. */
export interface User extends AsyncDisposable {
  readonly home: string
  /** What the program gets. */
  readonly variables: Readonly<Record<string, string>>
  readonly kubeconfig: string
  /** Runs kaweezle to its end. */
  kaweezle(...words: string[]): Promise<Ended>
  /** The same, which succeeds; what it prints. */
  succeeds(...words: string[]): Promise<string>
  /** The one document of `kaweezle … -o json`, whatever the exit status. */
  // biome-ignore lint/suspicious/noExplicitAny: expectations say what is in it
  document(...words: string[]): Promise<any>
  /** What the kubectl of the host prints, for the context `kwsl`. */
  kubectl(...words: string[]): Promise<string>
  /** Starts kaweezle, and gives what can be killed. */
  begins(...words: string[]): Run
  /** The files below home, but for the cache. */
  files(): Promise<string[]>
}

/** A run that goes on. */
export interface Run {
  readonly stderr: Readable
  kill(signal: NodeJS.Signals): boolean
  readonly ended: Promise<Ended & { readonly signal: string | undefined }>
}

export interface UserOptions {
  /** For the program, besides what says where home is. */
  readonly environment: Readonly<Record<string, string>>
  readonly context: string
}

export const otherKubeconfig = `# of somebody else
apiVersion: v1
kind: Config
current-context: work
clusters:
- {name: work, cluster: {server: "https://work.example:6443", proxy-url: "http://proxy.example:3128"}}
users:
- {name: work, user: {token: theirs}}
contexts:
- {name: work, context: {cluster: work, user: work, namespace: team}}
`

export async function someUser({ environment, context }: UserOptions): Promise<User> {
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-user-'))
  const home = join(folder, 'home')
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, otherKubeconfig, { mode: 0o600 })
  const program = await bundleCli({ folder: join(folder, 'program'), version: '0.0.0-test' })
  const variables = { KAWEEZLE_HOME: home, KUBECONFIG: kubeconfig, KAWEEZLE_NAME: context, ...environment }
  const user: User = {
    home,
    variables,
    kubeconfig,
    begins(...words) {
      const child = execa(process.execPath, [program, ...words], {
        extendEnv: false,
        env: { PATH: process.env['PATH'], ...variables },
        stdin: 'ignore',
        reject: false,
      })
      return {
        stderr: child.stderr,
        kill: (signal) => child.kill(signal),
        ended: child.then(({ exitCode, signal, stdout, stderr }) => ({
          status: exitCode,
          signal,
          stdout,
          stderr,
        })),
      }
    },
    kaweezle: (...words) => user.begins(...words).ended,
    async succeeds(...words) {
      const { status, stdout, stderr } = await user.kaweezle(...words)
      expect(status, `kaweezle ${words.join(' ')}\n${stdout}${stderr}`).toBe(0)
      return stdout
    },
    async document(...words) {
      const { stdout, stderr } = await user.kaweezle('-o', 'json', ...words)
      expect(stdout, `kaweezle ${words.join(' ')}\n${stderr}`).toMatch(/^\{[\s\S]*\}$/)
      return JSON.parse(stdout)
    },
    async kubectl(...words) {
      const { stdout } = await execa(await kubectlBinary(), ['--context', context, ...words], {
        env: { KUBECONFIG: kubeconfig, HOME: folder, NO_PROXY: '*' },
      })
      return stdout
    },
    async files() {
      const found = await readdir(home, { recursive: true, withFileTypes: true })
      const paths = found
        .filter((entry) => !entry.isDirectory())
        .map(({ parentPath, name }) => join(parentPath, name))
      return paths.filter((path) => !path.startsWith(join(home, 'cache'))).sort()
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
  return user
}
