import { constants } from 'node:fs'
import { chmod, copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createOutputTail } from '@kaweezle/program-kit/output-tail.ts'
import { orFileError } from '../store/file-error.ts'
import { makeFolder } from '../store/folder.ts'
import { startDeadline } from './deadline.ts'
import type { Engine, EngineOptions, RunOptions, RunResult, Sandbox, Supply } from './engine.ts'
import { isolate } from './isolate.ts'
import { packRootfs, removeFolders, unpackRootfs } from './rootfs-folder.ts'
import { assertRunnable } from './runnable.ts'
import { assertPrepared, sandboxScript } from './sandbox-script.ts'
import { supplyPath } from './supply-path.ts'

const prefix = 'sandbox-'

interface Folders {
  readonly rootfs: string
  readonly supplies: string
}

/**
 * The engine of a Linux machine without Docker: the rootfs is a folder that only this user can enter, and
 * every command runs in namespaces of its own. `namespaceProblem` tells where it cannot work.
 */
export function createNamespaceEngine({ workFolder, signal }: EngineOptions): Engine {
  const parent = resolve(workFolder)
  let swept: Promise<void> | undefined

  return {
    name: 'namespace',
    async open({ base, architecture }) {
      swept ??= sweep(parent)
      await swept

      await using stack = new AsyncDisposableStack()
      const folder = await orFileError(parent, () => mkdtemp(join(parent, prefix)))
      stack.defer(() => removeFolders([folder]))
      // The umask may have taken even the owner's rights.
      await chmod(folder, 0o700)
      const folders = { rootfs: join(folder, 'rootfs'), supplies: join(folder, 'supplies') }
      await makeFolder(folders.supplies)
      await unpackRootfs(base, folders.rootfs, signal)
      const sandbox: Omit<Sandbox, keyof AsyncDisposable> = {
        supply: (files) => supply(folders.supplies, files),
        run: (argv, options) => run(folders, argv, { ...options, signal }),
        export: async () => packRootfs(folders.rootfs, signal),
      }
      await assertRunnable({ wanted: architecture, platform: process.arch }, sandbox.run)

      const cleanup = stack.move()
      return { ...sandbox, [Symbol.asyncDispose]: () => cleanup.disposeAsync() }
    },
  }
}

/** Removes what killed builds left. */
async function sweep(parent: string): Promise<void> {
  const leftovers = (await readdir(parent)).filter((name) => name.startsWith(prefix))
  if (leftovers.length > 0) await removeFolders(leftovers.map((name) => join(parent, name)))
}

async function supply(folder: string, files: readonly Supply[]): Promise<void> {
  for (const file of files) {
    const path = join(folder, supplyPath(file.path))
    await makeFolder(dirname(path))
    await orFileError(path, async () => {
      await rm(path, { force: true })
      if ('bytes' in file) await writeFile(path, file.bytes)
      else await copyFile(file.file, path, constants.COPYFILE_FICLONE)
    })
  }
}

async function run(
  { rootfs, supplies }: Folders,
  argv: readonly [string, ...string[]],
  { timeLimit, input, onLine, signal }: RunOptions & { readonly signal: AbortSignal },
): Promise<RunResult> {
  const command = isolate(['sh', '-c', sandboxScript, 'kaweezle', rootfs, supplies, ...argv], {
    deadline: startDeadline(argv.join(' '), timeLimit, signal),
    onStderr: (line) => onLine?.(line, 'stderr'),
    ...(input && { input }),
  })
  const stdout = createOutputTail((line) => onLine?.(line, 'stdout'))
  command.stdout.on('data', stdout.write)
  const { status, stderr } = await command.ended()
  return assertPrepared({ status, stdout: stdout.end(), stderr })
}
