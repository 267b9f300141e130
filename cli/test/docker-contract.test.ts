import { requirement } from '../../pipeline/test/support/requirement.ts'
import { testDaemonMissing } from './support/docker-daemon.ts'
import { dockerWorld } from './support/docker-world.ts'
import { runProviderContract } from './support/provider-contract.ts'

const withDocker = await requirement('Docker', testDaemonMissing)

withDocker('with a daemon', () => runProviderContract('docker', dockerWorld, [0.5]))
