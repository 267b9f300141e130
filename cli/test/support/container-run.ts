import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import type Docker from 'dockerode'
import { execa } from 'execa'

/** Makes an image of a folder or of an archive, and gives its name. */
export async function imageOf(
  docker: Docker,
  tar: { folder: string } | { archive: string },
): Promise<string> {
  const [program, args] =
    'folder' in tar
      ? (['tar', ['-C', tar.folder, '-cf', '-', '.']] as const)
      : (['cat', [tar.archive]] as const)
  const packing = execa(program, args, { buffer: false })
  const answer = await text(await docker.importImage(packing.stdout))
  await packing
  return /sha256:[0-9a-f]{64}/.exec(answer)?.[0] ?? answer
}

export interface ContainerRun {
  readonly image: string
  readonly script: string
  readonly environment?: Readonly<Record<string, string>>
  /** As `docker run --volume` has them. */
  readonly binds?: readonly string[]
}

/** Runs a script in a container that shares the network of this machine, and removes it. */
export async function runInContainer(docker: Docker, run: ContainerRun) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const said = Promise.all([text(stdout), text(stderr)])
  const [{ StatusCode }, container] = await docker.run(
    run.image,
    ['sh', '-c', run.script],
    [stdout, stderr],
    {
      Tty: false,
      Env: Object.entries({ HOME: '/root', ...run.environment }).map(([name, value]) => `${name}=${value}`),
      HostConfig: { NetworkMode: 'host', Binds: [...(run.binds ?? [])] },
    },
  )
  await container.remove()
  stdout.end()
  stderr.end()
  const [out, err] = await said
  return { status: StatusCode as number, stdout: out, stderr: err }
}
