import type { Setting } from '@kaweezle/program-kit/settings/setting.ts'

export const outputForms = ['text', 'json', 'yaml'] as const
export type OutputForm = (typeof outputForms)[number]

/** All that can be set. */
export interface Settings {
  readonly name: string
  readonly provider: 'auto' | 'wsl' | 'docker'
  /** A tag, `latest`, a channel, a URL or a path. */
  readonly release: string
  /** Seconds. */
  readonly wait: number
  readonly output: OutputForm
  readonly yes: boolean
  readonly verbose: boolean
  readonly kubeconfig: string | undefined
  readonly useContext: boolean
  readonly overwrite: boolean
  readonly apiPort: number | undefined
  readonly offline: boolean
  readonly mirror: string | undefined
  /** `OWNER/NAME` on GitHub; that of releases of ours where it is not given. */
  readonly repository: string | undefined
  readonly githubApi: string | undefined
  /** Of minisign; several with spaces between them. */
  readonly publicKey: string | undefined
  readonly caFile: string | undefined
  readonly allowUnsigned: boolean
  readonly allowDowngrade: boolean
}

export type SettingKey = keyof Settings

export const providers = ['auto', 'wsl', 'docker'] as const
const anySwitch = { kind: 'switch', value: 'true|false', expected: 'true or false' } as const

export const defaults: Settings = {
  name: 'kaweezle',
  provider: 'auto',
  release: 'latest',
  wait: 300,
  output: 'text',
  yes: false,
  verbose: false,
  kubeconfig: undefined,
  useContext: false,
  overwrite: false,
  apiPort: undefined,
  offline: false,
  mirror: undefined,
  repository: undefined,
  githubApi: undefined,
  publicKey: undefined,
  caFile: undefined,
  allowUnsigned: false,
  allowDowngrade: false,
}

export const settingsTable: Readonly<Record<SettingKey, Setting>> = {
  name: {
    kind: 'text',
    flag: 'name',
    short: 'n',
    environment: 'KAWEEZLE_NAME',
    value: 'NAME',
    expected: 'lower-case letters, digits and inner dashes, at most 63 characters',
    help: 'the cluster; its machine and its context are called the same',
    byDefault: defaults.name,
  },
  provider: {
    kind: 'text',
    flag: 'provider',
    environment: 'KAWEEZLE_PROVIDER',
    value: providers.join('|'),
    words: providers,
    expected: `one of ${providers.join(', ')}`,
    help: 'what runs the cluster',
    byDefault: 'auto: that of the cluster, else wsl on Windows and docker elsewhere',
  },
  release: {
    kind: 'text',
    flag: 'release',
    environment: 'KAWEEZLE_RELEASE',
    value: 'TAG|latest|FILE|URL',
    expected: 'a tag, latest, a path or a URL',
    help: 'the release: a tag, the latest, or where one is: a file, a folder, a URL',
    byDefault: defaults.release,
  },
  wait: {
    kind: 'number',
    flag: 'wait',
    environment: 'KAWEEZLE_WAIT',
    value: 'SECONDS',
    expected: 'whole seconds from 1 to 86400',
    help: 'how long the cluster may take to become ready',
    byDefault: String(defaults.wait),
  },
  output: {
    kind: 'text',
    flag: 'output',
    short: 'o',
    environment: 'KAWEEZLE_OUTPUT',
    value: outputForms.join('|'),
    words: outputForms,
    expected: `one of ${outputForms.join(', ')}`,
    help: 'the form of the result; json and yaml are one document, of failures too',
    byDefault: defaults.output,
  },
  yes: {
    ...anySwitch,
    flag: 'yes',
    short: 'y',
    environment: 'KAWEEZLE_YES',
    help: 'do not ask',
    byDefault: 'false',
    isPerCall: true,
  },
  verbose: {
    ...anySwitch,
    flag: 'verbose',
    short: 'v',
    environment: 'KAWEEZLE_VERBOSE',
    help: 'tell more: the log of the cluster, and where in the program an error arose',
    byDefault: 'false',
  },
  kubeconfig: {
    kind: 'text',
    flag: 'kubeconfig',
    environment: 'KAWEEZLE_KUBECONFIG',
    value: 'FILE',
    expected: 'a path',
    help: 'the kubeconfig that gets the context of the cluster',
    byDefault: 'where kubectl looks: the files of KUBECONFIG, else .kube/config at home',
  },
  useContext: {
    ...anySwitch,
    flag: 'use-context',
    environment: 'KAWEEZLE_USE_CONTEXT',
    help: 'make the context of the cluster the current one',
    byDefault: 'only where there is none',
  },
  overwrite: {
    ...anySwitch,
    flag: 'overwrite',
    environment: 'KAWEEZLE_OVERWRITE',
    help: 'replace entries of that name in the kubeconfig that are not of kaweezle',
    byDefault: 'false',
    isPerCall: true,
  },
  apiPort: {
    kind: 'number',
    flag: 'api-port',
    environment: 'KAWEEZLE_API_PORT',
    value: 'PORT',
    expected: 'a port from 1 to 65535',
    help: 'the port of 127.0.0.1 for the API server of a new cluster',
    byDefault: '6443, or the next one that is free',
  },
  offline: {
    ...anySwitch,
    flag: 'offline',
    environment: 'KAWEEZLE_OFFLINE',
    help: 'use no network: only local files, and releases fetched before',
    byDefault: 'false',
  },
  mirror: {
    kind: 'text',
    flag: 'mirror',
    environment: 'KAWEEZLE_MIRROR',
    value: 'URL',
    expected: 'a URL that begins with https:// or http://',
    help: 'a server with a folder for each tag, and for latest, in place of GitHub',
    byDefault: 'GitHub',
  },
  repository: {
    kind: 'text',
    flag: 'repository',
    environment: 'KAWEEZLE_REPOSITORY',
    value: 'OWNER/NAME',
    expected: 'OWNER/NAME',
    help: 'the repository on GitHub that has the releases, of a fork',
    byDefault: 'kaweezle/kaweezle',
  },
  githubApi: {
    kind: 'text',
    flag: 'github-api',
    environment: 'KAWEEZLE_GITHUB_API',
    value: 'URL',
    expected: 'a URL that begins with https:// or http://',
    help: 'the API of GitHub Enterprise: https://HOST/api/v3',
    byDefault: 'https://api.github.com',
  },
  publicKey: {
    kind: 'text',
    flag: 'public-key',
    environment: 'KAWEEZLE_PUBLIC_KEY',
    value: 'KEY',
    expected: 'the line of a minisign public key that begins with RW',
    help: 'the minisign public key that releases must be signed with, in place of those built in',
    byDefault: 'those of kaweezle',
  },
  caFile: {
    kind: 'text',
    flag: 'ca-file',
    environment: 'KAWEEZLE_CA_FILE',
    value: 'FILE',
    expected: 'the path of a PEM file',
    help: 'more certificates to trust when releases are fetched, as companies have',
    byDefault: 'those that Node trusts, and NODE_EXTRA_CA_CERTS',
  },
  allowUnsigned: {
    ...anySwitch,
    flag: 'allow-unsigned',
    environment: 'KAWEEZLE_ALLOW_UNSIGNED',
    help: 'take a local release without a signature: one that you built yourself',
    byDefault: 'false',
    isPerCall: true,
  },
  allowDowngrade: {
    ...anySwitch,
    flag: 'allow-downgrade',
    environment: 'KAWEEZLE_ALLOW_DOWNGRADE',
    help: 'take a release that is older than the installed one',
    byDefault: 'false',
    isPerCall: true,
  },
}

export const settingKeys = Object.keys(settingsTable) as readonly SettingKey[]

/** Where the path of the settings file can be said. */
export const configFlag = 'config'
export const configEnvironment = 'KAWEEZLE_CONFIG'
export const configName = 'config.yaml'

/** Variables that are ours and that are no settings. */
export const otherVariables = [configEnvironment, 'KAWEEZLE_HOME', 'KAWEEZLE_WSL_EXE']
