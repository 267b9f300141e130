import { nodeMissing } from '../../agent/test/support/node-rootfs.ts'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { testDaemonMissing } from './support/docker-daemon.ts'
import { runJourney } from './support/journey.ts'
import { dockerHost } from './support/journey-hosts.ts'

const withNode = await requirement(
  'Docker and a node',
  async () => (await testDaemonMissing()) ?? (await nodeMissing()),
)

withNode('a user with Docker', () => runJourney(dockerHost))
