import * as z from 'zod'

/** What the cluster was made with; `/var/lib/kaweezle/iknite/cluster.json`. */
export const recordSchema = z.strictObject({
  version: z.literal(1),
  /** Of the context in kubeconfigs. */
  name: z.string(),
  /** The node's name, for good. */
  node: z.string(),
  /** What chose the address: the fixed one, that of the default route, or one that was given. */
  advertise: z.enum(['fixed', 'outer', 'given']),
  /** The address that the cluster advertises. */
  address: z.string(),
  /** Without a leading `v`. */
  kubernetesVersion: z.string(),
  podNetwork: z.string(),
})

export type ClusterRecord = z.infer<typeof recordSchema>

/** That `kubeadm init` has begun and not ended; `/var/lib/kaweezle/iknite/init.json`. */
export const journalSchema = z.strictObject({
  version: z.literal(1),
  /** Whether etcd's data and the authorities were there before: they must survive what is cleaned up. */
  keepsData: z.boolean(),
})

export type InitJournal = z.infer<typeof journalSchema>
