/** What a run is asked for; undefined where nobody said, so that what the cluster was made with goes on. */
export interface Settings {
  /** The cluster's name: of its context and, when it is made, of its node. */
  readonly name: string | undefined
  /** Seconds for the whole of `start`. */
  readonly wait: number
  /** The secondary address that the cluster advertises, the same wherever the node runs. */
  readonly address: string
  /** Advertise this address, or `outer` for that of the default route, in place of {@link address}. */
  readonly advertiseAddress: string | undefined
  /** Which interface gets {@link address}; undefined: that of the default route. */
  readonly interface: string | undefined
  /** Without a leading `v`. */
  readonly kubernetesVersion: string | undefined
  readonly podNetwork: string
  /** A folder with a kustomization.yaml. */
  readonly kustomization: string
}

export const defaultSettings: Settings = {
  name: undefined,
  wait: 300,
  address: '192.168.99.2',
  advertiseAddress: undefined,
  interface: undefined,
  kubernetesVersion: undefined,
  podNetwork: '10.244.0.0/16',
  kustomization: '/etc/iknite.d',
}

/** What a cluster is called that nobody named. */
export const defaultName = 'kaweezle'
