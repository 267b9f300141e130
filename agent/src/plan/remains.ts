/** What a cluster leaves on a node whose programs are stopped; what `stop` has to take away. */
export interface Remains {
  readonly now: number
  readonly services: Readonly<
    Record<'crio' | 'kubelet', { readonly isRunning: boolean; readonly isNoted: boolean }>
  >
  /** Whether the runtime answers, so that pods can be ended through it. */
  readonly runtimeAnswers: boolean
  readonly pods: readonly string[]
  /** Processes of pods, of their monitors and of the cluster's programs. */
  readonly processes: readonly { readonly pid: number; readonly program: string }[]
  /** Mount points, deepest first. */
  readonly mounts: readonly string[]
  readonly links: readonly string[]
  /** By program (`iptables`, `ip6tables`): the names of chains that are the cluster's. */
  readonly chains: Readonly<Record<'iptables' | 'ip6tables', readonly string[]>>
  /** The fixed address, where an interface has it. */
  readonly address:
    | { readonly interface: string; readonly address: string; readonly prefix: number }
    | undefined
  /** Folders and files of network namespaces and the runtime that are of no use without it. */
  readonly files: readonly string[]
}

export type StopAction =
  | { readonly kind: 'stop-service'; readonly service: 'crio' | 'kubelet' }
  | { readonly kind: 'zap-service'; readonly service: 'crio' | 'kubelet' }
  | { readonly kind: 'stop-pods' }
  | { readonly kind: 'end-processes'; readonly processes: Remains['processes'] }
  | { readonly kind: 'sync' }
  | { readonly kind: 'unmount'; readonly mounts: readonly string[] }
  | { readonly kind: 'remove-links'; readonly links: readonly string[] }
  | { readonly kind: 'remove-chains'; readonly program: 'iptables' | 'ip6tables' }
  | {
      readonly kind: 'remove-address'
      readonly address: string
      readonly prefix: number
      readonly interface: string
    }
  | { readonly kind: 'remove-files'; readonly paths: readonly string[] }
