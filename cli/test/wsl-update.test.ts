import { nodeMissing } from '../../agent/test/support/node-rootfs.ts'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { wslHost } from './support/journey-hosts.ts'
import { runUpdateSweep } from './support/update-sweep.ts'
import { wslDoubleMissing } from './support/wsl-double/wsl-double.ts'

const withNode = await requirement(
  'a double of WSL and a node',
  async () => (await wslDoubleMissing()) ?? (await nodeMissing()),
)

withNode('updates of a cluster in WSL that are cut off', () => runUpdateSweep(wslHost))
