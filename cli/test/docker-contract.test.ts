import { requirement } from '../../pipeline/test/support/requirement.ts'
import { runProviderContract } from '../src/providers/port-contract.ts'
import { testDaemonMissing } from './support/docker-daemon.ts'
import { dockerWorld } from './support/docker-world.ts'

const withDocker = await requirement('Docker', testDaemonMissing)

withDocker('with a daemon', () => runProviderContract('docker', dockerWorld))
