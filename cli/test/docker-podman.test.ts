import { requirement } from '../../pipeline/test/support/requirement.ts'
import { isFullSweep } from '../../pipeline/test/support/sweep.ts'
import { podmanMissing, startPodman } from './support/docker-podman.ts'
import { worldOf } from './support/docker-world.ts'
import { runProviderContract } from './support/provider-contract.ts'

const withPodman = await requirement('Podman', podmanMissing)

// The provider is Docker's, which is killed in the contract with a real one.
withPodman('with Podman', () =>
  runProviderContract('docker', async () => worldOf(await startPodman()), isFullSweep ? [0.5] : []),
)
