import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A home folder of a test, removed with it. */
export async function aHome(): Promise<Home> {
  return new Home(await mkdtemp(join(tmpdir(), 'kaweezle-home-')))
}

export class Home implements AsyncDisposable {
  readonly folder: string
  readonly config: string

  constructor(folder: string) {
    this.folder = folder
    this.config = join(folder, 'config')
  }

  path(...names: string[]): string {
    return join(this.folder, ...names)
  }

  /** What looks only at the file `config` in here. */
  get options() {
    return { environment: { KUBECONFIG: this.config }, platform: process.platform, patience: 2_000 }
  }

  async write(content: string | Uint8Array, path = this.config): Promise<void> {
    await writeFile(path, content)
  }

  read(path = this.config): Promise<string> {
    return readFile(path, 'utf8')
  }

  /** The names of the files in here. */
  async names(): Promise<string[]> {
    return (await readdir(this.folder)).sort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}
