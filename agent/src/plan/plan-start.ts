import type { Settings } from '../settings/settings.ts'
import type { Action, Plan } from './action.ts'
import { certificatesStage } from './certificates-stage.ts'
import { kubeconfigsStage, manifestsStage } from './cluster-files-stages.ts'
import {
  apiStage,
  baseStage,
  nodeStage,
  rootKubeconfigStage,
  serversStage,
  upgradeStage,
  workloadsStage,
} from './cluster-stages.ts'
import { cleanStage, configurationStage, dataStage } from './data-stages.ts'
import { decideGoal } from './goal.ts'
import { hostStage } from './host-stage.ts'
import { kubeletStage } from './kubelet-stage.ts'
import { refusalStage } from './refusal-stage.ts'
import { initStage, openrcStage, runtimeStage } from './service-stages.ts'
import type { Snapshot } from './snapshot.ts'
import { isRefusal, type Stage, together } from './stage.ts'

/** In the order in which they are done. */
const prepareStages: readonly Stage[] = [refusalStage, hostStage]

const startStages: readonly Stage[] = [
  ...prepareStages,
  dataStage,
  cleanStage,
  configurationStage,
  // Whether programs must be started anew shows when all their files are written.
  together([certificatesStage, kubeconfigsStage, manifestsStage]),
  openrcStage,
  runtimeStage,
  initStage,
  kubeletStage,
  apiStage,
  rootKubeconfigStage,
  upgradeStage,
  serversStage,
  nodeStage,
  baseStage,
  workloadsStage,
]

/**
 * What is to be done next to get a ready cluster, as far as can be told from what was seen: when it is done, look
 * again. Nothing is left to do where the list is empty.
 */
export function planStart(snapshot: Snapshot, settings: Settings): Plan {
  return planStages(startStages, snapshot, settings)
}

/** The same for the host alone, so that services can start on it. */
export function planPrepare(snapshot: Snapshot, settings: Settings): Plan {
  return planStages(prepareStages, snapshot, settings)
}

function planStages(stages: readonly Stage[], snapshot: Snapshot, settings: Settings): Plan {
  const situation = { snapshot, settings, goal: decideGoal(snapshot, settings) }
  const actions: Action[] = []
  for (const { isBarrier, plan } of stages) {
    const outcome = plan(situation)
    if (isRefusal(outcome)) return outcome
    actions.push(...outcome)
    if (isBarrier && outcome.length > 0) break
  }
  return { kind: 'actions', actions }
}
