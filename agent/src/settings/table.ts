import type { Setting } from '@kaweezle/program-kit/settings/setting.ts'
import * as z from 'zod'
import {
  addressSchema,
  advertiseAddressSchema,
  interfaceSchema,
  nameSchema,
  pathSchema,
  podNetworkSchema,
  type Verbosity,
  verbosities,
  verbositySchema,
  versionSchema,
  waitSchema,
} from './schemas.ts'
import { defaultName, defaultSettings, type Settings } from './settings.ts'

/** All that can be set: what a run is asked for, and how it talks. */
export interface AllSettings extends Settings {
  /** The least important messages that are shown. */
  readonly verbosity: Verbosity
  /** Whether logs are JSON lines, and the result is a JSON document. */
  readonly json: boolean
}

export type SettingKey = keyof AllSettings

export interface AgentSetting extends Setting {
  readonly schema: z.ZodType
}

export const settingsTable: Readonly<Record<SettingKey, AgentSetting>> = {
  name: {
    kind: 'text',
    flag: 'name',
    environment: 'IKNITE_NAME',
    value: 'NAME',
    schema: nameSchema,
    expected: 'lower-case letters, digits and inner dashes, at most 63 characters',
    help: 'what the cluster, its context and, when it is made, its node are called',
    byDefault: `that of the cluster, else ${defaultName}`,
  },
  wait: {
    kind: 'number',
    flag: 'wait',
    environment: 'IKNITE_WAIT',
    value: 'SECONDS',
    schema: waitSchema,
    expected: 'whole seconds from 1 to 86400',
    help: 'how long the whole run may take',
    byDefault: String(defaultSettings.wait),
  },
  address: {
    kind: 'text',
    flag: 'address',
    environment: 'IKNITE_ADDRESS',
    value: 'IP',
    schema: addressSchema,
    expected: 'an IPv4 address of a host, e.g. 192.168.99.2',
    help: 'the address that is added to the interface, and that the cluster keeps wherever it runs',
    byDefault: defaultSettings.address,
  },
  advertiseAddress: {
    kind: 'text',
    flag: 'advertise-address',
    environment: 'IKNITE_ADVERTISE_ADDRESS',
    value: 'IP|outer',
    schema: advertiseAddressSchema,
    expected: 'an IPv4 address of a host, or outer',
    help: 'advertise this address instead; outer: that of the default route',
    byDefault: 'what the cluster was made with, else --address',
  },
  interface: {
    kind: 'text',
    flag: 'interface',
    environment: 'IKNITE_INTERFACE',
    value: 'NAME',
    schema: interfaceSchema,
    expected: 'the name of a network interface, e.g. eth0',
    help: 'the interface that gets --address',
    byDefault: 'that of the default route',
  },
  kubernetesVersion: {
    kind: 'text',
    flag: 'kubernetes-version',
    environment: 'IKNITE_KUBERNETES_VERSION',
    value: 'V',
    schema: versionSchema,
    expected: 'a version such as 1.36.5 (in quotes where it is in a file)',
    help: 'the version of a new cluster, and what an older one is upgraded to',
    byDefault: 'the newest of the preloaded images that kubeadm can install',
  },
  podNetwork: {
    kind: 'text',
    flag: 'pod-network',
    environment: 'IKNITE_POD_NETWORK',
    value: 'CIDR',
    schema: podNetworkSchema,
    expected: 'an IPv4 network with a prefix from 8 to 24, e.g. 10.244.0.0/16',
    help: 'the network of the pods of a new cluster',
    byDefault: defaultSettings.podNetwork,
  },
  kustomization: {
    kind: 'text',
    flag: 'kustomization',
    environment: 'IKNITE_KUSTOMIZATION',
    value: 'DIR',
    schema: pathSchema,
    expected: 'the absolute path of a folder',
    help: 'the folder of the kustomization that is applied to the cluster',
    byDefault: defaultSettings.kustomization,
  },
  verbosity: {
    kind: 'text',
    flag: 'verbosity',
    short: 'v',
    environment: 'IKNITE_VERBOSITY',
    value: 'LEVEL',
    words: verbosities,
    schema: verbositySchema,
    expected: `one of ${verbosities.join(', ')}`,
    help: `how much is logged: ${verbosities.join(', ')}`,
    byDefault: 'info',
  },
  json: {
    kind: 'switch',
    flag: 'json',
    environment: 'IKNITE_JSON',
    value: 'true|false',
    schema: z.boolean(),
    expected: 'true or false',
    help: 'print the result as one JSON document, and logs as JSON lines',
    byDefault: 'false',
  },
}

export const settingKeys = Object.keys(settingsTable) as readonly SettingKey[]

export const allDefaults: AllSettings = { ...defaultSettings, verbosity: 'info', json: false }

/** Where the path of the settings file can be said. */
export const configFlag = 'config'
export const configEnvironment = 'IKNITE_CONFIG'
export const defaultConfigPath = '/etc/iknite.d/iknite.yaml'
