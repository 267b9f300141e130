import { requirement } from '../../pipeline/test/support/requirement.ts'
import { podmanMissing, startPodman } from './support/docker-podman.ts'
import { worldOf } from './support/docker-world.ts'
import { runProviderContract } from './support/provider-contract.ts'

const withPodman = await requirement('Podman', podmanMissing)

withPodman('with Podman', () => runProviderContract('docker', async () => worldOf(await startPodman())))
