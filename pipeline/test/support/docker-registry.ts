import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { freePort } from './free-port.ts'
import type { Descriptor } from './make-image.ts'
import { type PushOptions, pushImage } from './push-image.ts'

export interface DockerRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string
  /** Pushes an image of an OCI layout with all that it leads to, and gives its descriptor. */
  push(layout: { readonly folder: string }, options: PushOptions): Promise<Descriptor>
}

export interface RegistryOptions {
  /** Whom it lets in, as its configuration says that. */
  readonly auth?: object
}

/** Why {@link startRegistry} cannot work here; nothing when it can. */
export async function registryMissing(): Promise<string | undefined> {
  const { exitCode } = await execa('docker-registry', ['--version'], { reject: false, timeout: 10_000 })
  return exitCode === 0 ? undefined : 'install docker-registry'
}

/** Starts a registry of our own (distribution, as Debian packages it), which keeps its files in a temporary folder. */
export async function startRegistry({ auth }: RegistryOptions = {}): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'))
  const address = `127.0.0.1:${await freePort()}`
  const config = join(folder, 'config.yml')
  // JSON is YAML.
  const settings = {
    version: 0.1,
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: address },
    ...(auth !== undefined && { auth }),
  }
  await writeFile(config, JSON.stringify(settings))
  const daemon = execa('setpriv', ['--pdeathsig', 'KILL', 'docker-registry', 'serve', config], {
    stdout: 'ignore',
    stderr: { file: join(folder, 'log') },
    reject: false,
  })
  let ended = false
  void daemon.finally(() => {
    ended = true
  })

  async function stop(): Promise<void> {
    daemon.kill('SIGKILL')
    await daemon
    await rm(folder, { recursive: true })
  }

  for (let tries = 0; !(await answers(address)); tries++) {
    if (tries > 100 || ended) {
      const log = await readFile(join(folder, 'log'), 'utf8')
      await stop()
      throw new Error(`docker-registry did not start: ${log.slice(-2000)}`)
    }
    await sleep(50)
  }
  return {
    address,
    push: (layout, options) => pushImage(address, layout.folder, options),
    [Symbol.asyncDispose]: stop,
  }
}

async function answers(address: string): Promise<boolean> {
  return fetch(`http://${address}/v2/`).then(
    ({ status }) => status === 200 || status === 401,
    () => false,
  )
}
