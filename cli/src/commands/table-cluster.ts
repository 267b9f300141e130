import type { SettingKey } from '../settings/table.ts'
import type { Command } from './command.ts'

/** What finding, fetching and checking a release depends on. */
export const releaseSettings: readonly SettingKey[] = [
  'release',
  'offline',
  'mirror',
  'repository',
  'githubApi',
  'caFile',
  'publicKey',
  'allowUnsigned',
]
const kubeconfigSettings: readonly SettingKey[] = ['kubeconfig', 'useContext', 'overwrite']

/** The verbs of a cluster. Each can be repeated: what is done already is not done again. */
export const clusterCommands: readonly Command[] = [
  {
    name: 'install',
    summary: 'Fetches and verifies a release, and makes a cluster of it, without starting it.',
    about: 'Where the cluster is installed already, it stays as it is: update changes its release.',
    settings: [...releaseSettings, 'apiPort', 'wait'],
    examples: [
      ['install', 'the latest release, as the cluster kaweezle'],
      ['install --name dev --release v1.36.5', 'a certain release, as another cluster'],
      ['install --release ./dist --allow-unsigned', 'one that you built yourself'],
    ],
    load: async () => (await import('./install.ts')).install,
  },
  {
    name: 'start',
    summary: 'Gives a running cluster and a kube context: installs what is missing, and starts it.',
    about:
      'It waits until the cluster is ready, and merges a context called as the cluster into the kubeconfig. The current context stays, but for --use-context or where there is none.',
    settings: [...releaseSettings, ...kubeconfigSettings, 'apiPort', 'wait'],
    examples: [
      ['start', 'all that it takes, the first time and every time'],
      ['start --use-context --wait 600', 'and kubectl uses it from then on'],
      ['start --offline', 'from what was fetched before'],
    ],
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'stop',
    summary: 'Stops the cluster in order, and its machine.',
    about: 'Its data stay. What is stopped already, or not installed, is fine.',
    settings: ['wait'],
    examples: [['stop', 'stops the cluster kaweezle']],
    load: async () => (await import('./stop.ts')).stop,
  },
  {
    name: 'status',
    summary: 'Says whether the cluster is ready, and what is not.',
    about: 'It changes nothing. The exit status is 0 only when the cluster is ready.',
    settings: [],
    examples: [
      ['status', 'versions, address, workloads and disk'],
      ['status -o json', 'the same for programs'],
    ],
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'update',
    summary: 'Takes the cluster to another release, with its data.',
    about:
      'The release is fetched and verified while the cluster runs; then its data are copied, the root filesystem exchanged, and the cluster started. Where that fails, it goes back by itself. An older release is refused unless --allow-downgrade is given.',
    settings: [...releaseSettings, ...kubeconfigSettings, 'allowDowngrade', 'wait'],
    examples: [
      ['update', 'to the latest release'],
      ['update --release v1.36.6', 'to a certain one'],
    ],
    load: async () => (await import('./update.ts')).update,
  },
  {
    name: 'rollback',
    summary: 'Takes the cluster back to the release before the last update, with its data of then.',
    about: 'What was written since is kept aside: another rollback brings that back.',
    settings: [...kubeconfigSettings, 'wait'],
    examples: [['rollback', 'undoes the last update']],
    load: async () => (await import('./rollback.ts')).rollback,
  },
  {
    name: 'uninstall',
    summary: 'Removes the cluster with its data, and its context.',
    about:
      'The three entries in the kubeconfig go too, and the context that was current before is current again. It asks first, unless --yes is given. What is not installed is fine.',
    settings: ['yes', 'kubeconfig', 'wait'],
    options: [{ flag: 'purge', help: 'remove the downloaded releases that no other cluster has, too' }],
    examples: [
      ['uninstall', 'asks, then removes the cluster kaweezle'],
      ['uninstall --name dev --yes --purge', 'does not ask, and leaves no downloads'],
    ],
    load: async () => (await import('./uninstall.ts')).uninstall,
  },
]
