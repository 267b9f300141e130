import * as z from 'zod'
import type { Snapshot } from '../plan/snapshot.ts'

export const phases = [
  'prepare',
  'runtime',
  'control-plane',
  'node',
  'base',
  'workloads',
  'ready',
  'stop',
  'reset',
] as const

export type Phase = (typeof phases)[number]

export const states = ['stopped', 'starting', 'ready', 'stopping', 'failed'] as const

export type State = (typeof states)[number]

const clusterSchema = z.object({
  name: z.string(),
  /** The address that the cluster advertises. */
  address: z.string(),
  /** The address of the default route, where there is one. */
  outerAddress: z.string().optional(),
  kubernetesVersion: z.string(),
  node: z.string(),
})

const workloadsSchema = z.object({
  count: z.int().nonnegative(),
  ready: z.int().nonnegative(),
  unready: z.array(z.object({ name: z.string(), reason: z.string() })),
})

const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  details: z.array(z.string()),
})

/**
 * What `/run/iknite/status.json` and `iknite status --json` hold. Keys may be added within a version, so that a
 * reader passes over those it does not know; nothing else changes without a new version.
 */
export const statusSchema = z.object({
  schemaVersion: z.literal(1),
  state: z.enum(states),
  phase: z.enum(phases),
  /** How many phases the run has entered: it only grows while one runs. */
  phaseNumber: z.int().nonnegative(),
  /** When state and phase became what they are. */
  since: z.iso.datetime(),
  /** When this was written. */
  updated: z.iso.datetime(),
  /** Of the program that wrote this. */
  pid: z.int().positive(),
  agentVersion: z.string(),
  cluster: clusterSchema.optional(),
  workloads: workloadsSchema.optional(),
  /** Where the state is `failed`. */
  error: failureSchema.optional(),
  /** Of `iknite status` alone: the run that is changing the node at this moment. */
  run: z.object({ pid: z.int().positive(), phase: z.enum(phases) }).optional(),
  /** Of `iknite status` alone: each thing that is not as it should be. */
  problems: z.array(z.string()).optional(),
})

export type Status = z.infer<typeof statusSchema>
export type ClusterStatus = z.infer<typeof clusterSchema>
export type WorkloadsStatus = z.infer<typeof workloadsSchema>
export type Failure = z.infer<typeof failureSchema>

/** Tells others, through `/run/iknite/status.json`, what a run does. Each method resolves when the file says so. */
export interface StatusReporter {
  /** Nothing happens where it is the phase already. */
  enterPhase(phase: Phase): Promise<void>
  /** What is now known of cluster and workloads; it is told until something else was seen. */
  observed(snapshot: Snapshot): Promise<void>
  ready(snapshot: Snapshot): Promise<void>
  stopped(): Promise<void>
  failed(error: unknown): Promise<void>
}
