import { requirement } from '../../pipeline/test/support/requirement.ts'
import { runProviderContract } from '../src/providers/port-contract.ts'
import { podmanMissing, startPodman } from './support/docker-podman.ts'
import { worldOf } from './support/docker-world.ts'

const withPodman = await requirement('Podman', podmanMissing)

withPodman('with Podman', () =>
  runProviderContract('docker', async () => worldOf(await startPodman()), [0.5]),
)
