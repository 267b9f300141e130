import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { KaweezleError } from '../../errors.ts'
import type { Daemon } from './docker-connection.ts'
import { answerStatus, isBusy, unlessMissing } from './docker-failure.ts'
import { labelFilter } from './docker-names.ts'
import { askDocker, diskLimit } from './docker-request.ts'

/** For how long the daemon may still be busy with what it was asked by a program that was killed. */
const patience = 10 * 60_000
const pause = 200

/**
 * Makes a container, or finds that `settle` has already found what is wanted.
 *
 * A daemon goes on with what a killed program asked it for: for a while, a container may be neither there nor its
 * name free. So `settle` is called before each try; it clears the way, and may return the container itself.
 */
export async function createContainer(
  daemon: Daemon,
  options: Dockerode.ContainerCreateOptions,
  settle: () => Promise<Dockerode.Container | undefined>,
): Promise<Dockerode.Container> {
  const until = Date.now() + patience
  for (;;) {
    const found = await settle()
    if (found) return found
    try {
      return await daemon.docker.createContainer(options)
    } catch (error) {
      if (answerStatus(error) !== 409) throw error
      await waitFor(daemon, until, `make ${options.name}`)
    }
  }
}

/** Removes a container with all that is anonymous in it; one that is not there is as good. */
export async function removeContainer(daemon: Daemon, name: string): Promise<void> {
  await removed(daemon, `the container ${name}`, () =>
    daemon.docker.getContainer(name).remove({ force: true, v: true }),
  )
}

/** Removes a volume, and containers of ours that a killed program asked for and that were made of it only now. */
export async function removeVolume(daemon: Daemon, name: string): Promise<void> {
  const { docker } = daemon
  await removed(daemon, `the volume ${name}`, async () => {
    const filters = { ...labelFilter(), volume: [name] }
    const users = await docker.listContainers({ all: true, filters })
    for (const { Id } of users) await removeContainer(daemon, Id)
    await docker.getVolume(name).remove()
  })
}

export async function removeImage(daemon: Daemon, id: string): Promise<void> {
  await removed(daemon, `the image ${id}`, () => daemon.docker.getImage(id).remove({ force: true }))
}

/** Tries again while the daemon says that it is in use, which it is while another removal goes on. */
async function removed(daemon: Daemon, what: string, remove: () => Promise<unknown>): Promise<void> {
  const until = Date.now() + 30_000
  await askDocker(`remove ${what}`, { timeLimit: diskLimit, signal: daemon.signal }, async () => {
    for (;;) {
      try {
        await unlessMissing(remove())
        return
      } catch (error) {
        if (!isBusy(error) || Date.now() > until) throw error
        await sleep(pause, undefined, { ...(daemon.signal && { signal: daemon.signal }) })
      }
    }
  })
}

async function waitFor({ signal }: Daemon, until: number, doing: string): Promise<void> {
  if (Date.now() > until) {
    throw new KaweezleError('TIMED_OUT', `Docker is too busy to ${doing}`, {
      hint: 'Restart Docker if it hangs, then do this again.',
    })
  }
  await sleep(pause, undefined, { ...(signal && { signal }) })
}
