import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { startTestDaemon, testDaemonMissing } from './support/docker-daemon.ts'
import { worldOf } from './support/docker-world.ts'

const withDocker = await requirement('Docker', testDaemonMissing)
const cluster = 'kwsl'

withDocker('a disk of Docker that is full', () => {
  test('stops an import and a copy with what to do, and leaves neither', async () => {
    const daemon = await startTestDaemon({ dataSize: '64m' })
    await using world = await worldOf(daemon)
    const { provider } = world
    const full = { code: 'DISK_FULL', hint: expect.stringMatching(/docker system/) }

    await provider.importRootfs(cluster, 'one', world.first)
    const free = (await provider.freeBytes()) ?? 0
    expect(free).toBeGreaterThan(20_000_000)
    expect(free).toBeLessThan(64 * 1024 * 1024)
    await provider.activate(cluster, 'one')
    await provider.start(cluster, { apiPort: await world.freePort() })
    const argv = ['/bin/sh', '-c', 'head -c 20000000 /dev/zero >/var/lib/kaweezle/file'] as const
    await provider.exec(cluster, argv, { timeLimit: 30_000 })
    await provider.stop(cluster)

    const left = (await provider.freeBytes()) ?? 0
    await writeFile(join(daemon.dataFolder, 'filler'), Buffer.alloc(Math.max(left - 4_000_000, 0)))
    await expect(provider.takeSnapshot(cluster, 'before')).rejects.toMatchObject(full)
    await expect(provider.importRootfs(cluster, 'two', world.second)).rejects.toMatchObject(full)
    expect(await provider.inspect(cluster)).toMatchObject({
      rootfs: ['one'],
      snapshots: [],
      state: 'stopped',
    })
    await provider.remove(cluster)
    expect(await world.leftovers()).toEqual([])
  }, 120_000)
})
