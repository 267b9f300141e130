import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import type Dockerode from 'dockerode'
import { z } from 'zod'
import { housekeepingLimit, startDeadline } from './deadline.ts'
import { askDocker } from './docker-request.ts'

/** Marks every image and container of ours; its value is the owner. */
const label = 'dev.kaweezle.build'

/** One line of the reply to an import, as far as it is used. */
const importEventSchema = z.object({ error: z.string().optional() })

export interface ToolboxOptions {
  /** Who may remove it when this process is killed: see {@link sweepToolboxes}. */
  readonly owner: string
  /** The gzip-compressed tar of the base. */
  readonly base: string
  /** Where its removal is noted, as soon as there is something to remove. */
  readonly cleanup: AsyncDisposableStack
}

/**
 * Makes, without starting it, a container whose own root is the base: a box of tools (`unshare`, `mount`,
 * `chroot`) that needs no image from a registry.
 */
export async function createToolbox(
  docker: Dockerode,
  { owner, base, cleanup }: ToolboxOptions,
): Promise<Dockerode.Container> {
  // A name of our own, since Docker and Podman answer an import in different forms.
  const image = `kaweezle-build-${randomUUID()}`
  // Never cut short: what a daemon imports for a client that has left has no one to remove it.
  const reply = await docker.importImage(base, { repo: image, changes: `LABEL ${label}=${owner}` })
  const lines = (await text(reply)).split('\n').filter((line) => line.trim() !== '')
  const failure = lines.map((line) => importEventSchema.parse(JSON.parse(line))).find(({ error }) => error)
  if (failure) throw new Error(failure.error)
  cleanup.defer(() => removed(docker.getImage(image).remove({ force: true })))

  const container = await docker.createContainer({
    Image: image,
    Cmd: ['tail', '-f', '/dev/null'],
    Labels: { [label]: owner },
    HostConfig: {
      NetworkMode: 'none',
      // To make namespaces and mounts; Docker's seccomp profile then allows both. MKNOD is for Podman.
      CapAdd: ['SYS_ADMIN', 'MKNOD'],
      // AppArmor's profile for containers refuses mounts, SELinux's too.
      SecurityOpt: ['apparmor=unconfined', 'label=disable'],
    },
  })
  cleanup.defer(() => removed(container.remove({ force: true, v: true })))
  return container
}

/** Removes the containers and images that killed processes of this owner left. */
export async function sweepToolboxes(docker: Dockerode, owner: string): Promise<void> {
  const filters = { label: [`${label}=${owner}`] }
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    await removed(docker.getContainer(Id).remove({ force: true, v: true }))
  }
  for (const { Id } of await docker.listImages({ filters })) {
    await removed(docker.getImage(Id).remove({ force: true }))
  }
}

/** Waits for a removal; that someone else was faster is as good. */
async function removed(removal: Promise<unknown>): Promise<void> {
  const deadline = startDeadline('Removing', housekeepingLimit)
  await askDocker('remove what the build made', deadline, removal.catch(ignoreMissing))
}

function ignoreMissing(error: unknown): void {
  const missing = error instanceof Error && 'statusCode' in error && error.statusCode === 404
  if (!missing) throw error
}
