import { nodeMissing } from '../../agent/test/support/node-rootfs.ts'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { testDaemonMissing } from './support/docker-daemon.ts'
import { dockerHost } from './support/journey-hosts.ts'
import { runUpdateSweep } from './support/update-sweep.ts'

const withNode = await requirement(
  'Docker and a node',
  async () => (await testDaemonMissing()) ?? (await nodeMissing()),
)

withNode('updates of a cluster in Docker that are cut off', () => runUpdateSweep(dockerHost))
