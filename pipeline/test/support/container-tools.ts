import { join } from 'node:path'
import { execa } from 'execa'

const limits = { env: { TZ: 'UTC', LC_ALL: 'C' }, timeout: 120_000, maxBuffer: 2 ** 26 } as const

/** Why {@link ContainerTools} cannot work here; nothing when it can. */
export async function containerToolsMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'podman with a storage of root needs root'
  for (const tool of ['skopeo', 'podman', 'runc', 'bsdtar']) {
    const { failed } = await execa(tool, ['--version'], { ...limits, reject: false })
    if (failed) return `install ${tool === 'bsdtar' ? 'libarchive-tools' : tool}`
  }
  return undefined
}

/** podman and skopeo on one container storage that is part of an extracted rootfs. */
export interface ContainerTools extends AsyncDisposable {
  /** Gives what it prints. */
  podman(...args: string[]): Promise<string>
  /** Runs a container, by `podman run`. */
  run(image: string, ...command: string[]): Promise<string>
  skopeo(...args: string[]): Promise<string>
  /** How skopeo names an image of the storage. */
  stored(image: string): string
}

/** @param folder where it may put its own files. */
export function containerTools(storage: string, folder: string): ContainerTools {
  const runRoot = join(folder, 'run')
  const podman = async (...args: string[]): Promise<string> => {
    const options = [
      ...['--root', storage, '--runroot', runRoot, '--tmpdir', join(folder, 'tmp')],
      ...['--storage-driver', 'overlay', '--runtime', 'runc', '--cgroup-manager', 'cgroupfs'],
      ...['--events-backend', 'none'],
    ]
    return (await execa('podman', [...options, ...args], limits)).stdout
  }
  return {
    podman,
    run: (image, ...command) =>
      podman(
        ...['run', '--rm', '--pull=never', '--network=none', '--cgroups=no-conmon'],
        ...['--security-opt=seccomp=unconfined', '--ulimit=nofile=64:64', '--ulimit=nproc=64:64'],
        ...[image, ...command],
      ),
    skopeo: async (...args) =>
      (await execa('skopeo', ['--insecure-policy', ...args], { ...limits, stripFinalNewline: false })).stdout,
    stored: (image) => `containers-storage:[overlay@${storage}+${runRoot}]${image}`,
    // Both leave their private bind mount behind.
    async [Symbol.asyncDispose]() {
      await execa('umount', [join(storage, 'overlay')], { ...limits, reject: false })
    },
  }
}
