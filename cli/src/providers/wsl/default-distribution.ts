import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isKaweezleError } from '../../errors.ts'
import { isSystemError } from '../../files/file-error.ts'
import { replaceFile } from '../../files/replace-file.ts'
import { includesName, type WslHost } from './wsl-host.ts'

/**
 * Keeps what `wsl` without a name starts, while distributions come and go: WSL makes the first one that is imported
 * the default, and when the default is removed, any other. What it was is on disk meanwhile, for the next call to
 * bring back should this process be killed.
 */
export async function keepingDefault(host: WslHost, body: () => Promise<void>): Promise<void> {
  const { client, root } = host
  const file = join(root, '.default')
  const remembered = (await readDefault(file)) ?? (await client.list())[0]
  if (remembered !== undefined) await replaceFile(file, `${remembered}\n`)
  try {
    await body()
  } catch (error) {
    // The file stays, for the next call, which may bring back what is missing now.
    await restore(host, remembered).catch((second: unknown) => {
      if (!isKaweezleError(second)) throw second
    })
    throw error
  }
  await restore(host, remembered)
  await rm(file, { force: true })
}

async function restore({ client }: WslHost, remembered: string | undefined): Promise<void> {
  const names = await client.list()
  const wanted =
    remembered !== undefined && !isHidden(remembered) && includesName(names, remembered)
      ? remembered
      : // Nobody asked for one of those that are for our use only.
        names.find((name) => !isHidden(name))
  const [now] = names
  if (wanted !== undefined && wanted.toLowerCase() !== now?.toLowerCase()) {
    if (wanted === remembered || (now !== undefined && isHidden(now))) await client.setDefault(wanted)
  }
}

/** The data store of a cluster, or a root filesystem that is tried. */
function isHidden(name: string): boolean {
  return /^[a-z0-9-]+\.(?:data|rootfs-[a-z0-9-]+)$/.test(name)
}

async function readDefault(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim() || undefined
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
