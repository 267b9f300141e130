/** What a release of the demo is made from. */
export interface Edition {
  readonly version: string
  /** Of kubelet and kubeadm. */
  readonly packages: string
  /** Of the API server. */
  readonly kubernetes: string
}

export const editions: readonly [Edition, Edition] = [
  { version: '1.0.0', packages: '1.36.1-r2', kubernetes: '1.36.5' },
  { version: '1.1.0', packages: '1.37.0-r0', kubernetes: '1.37.0' },
]
