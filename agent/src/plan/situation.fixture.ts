import { expect, test } from 'vitest'
import { defaultSettings, type Settings } from '../settings/settings.ts'
import type { Action } from './action.ts'
import { planStart } from './plan-start.ts'
import { converged } from './snapshot.fixture.ts'
import type { Snapshot } from './snapshot.ts'

/** A node, and what a start is to do with it next. */
export interface Situation {
  readonly title: string
  readonly seen: Snapshot
  readonly settings?: Partial<Settings>
  /** The actions, in short. */
  readonly plan: readonly string[]
}

/** Makes a test of each situation. They stand beside the stage that sees to it, and are planned by all stages. */
export function testSituations(situations: readonly Situation[]): void {
  test.each(situations)('$title', ({ seen, settings, plan }) => {
    const planned = planStart(seen, { ...defaultSettings, ...settings })
    expect(planned.kind === 'actions' ? planned.actions.map(inShort) : planned).toEqual(plan)
  })

  test('each situation is told apart by its title', () => {
    expect(new Set(situations.map(({ title }) => title)).size).toBe(situations.length)
  })
}

/** A ready cluster on another host. Likewise the next ones: with other data, services and so on. */
export function host(changes: Partial<Snapshot['host']>): Snapshot {
  return { ...converged, host: { ...converged.host, ...changes } }
}

export function data(changes: Partial<Snapshot['data']>, seen = converged): Snapshot {
  return { ...seen, data: { ...seen.data, ...changes } }
}

export function services(changes: Partial<Snapshot['services']>, seen = converged): Snapshot {
  return { ...seen, services: { ...seen.services, ...changes } }
}

export function certificates(changes: Partial<Snapshot['certificates']>, seen = converged): Snapshot {
  return { ...seen, certificates: { ...seen.certificates, ...changes } }
}

export function kubeconfigs(changes: Partial<Snapshot['kubeconfigs']>): Snapshot {
  return { ...converged, kubeconfigs: { ...converged.kubeconfigs, ...changes } }
}

function inShort(action: Action): string {
  const words = Object.entries(action).flatMap(([key, value]) => wordsOf(action, key, value))
  return words.join(' ')
}

/** What tells an action apart from others of its kind. */
function wordsOf(action: Action, key: string, value: unknown): string[] {
  if (key === 'keepsData') return value === true ? ['keeping data'] : []
  if (action.kind === 'upgrade' && key === 'record') return [action.record.kubernetesVersion]
  if (action.kind === 'point-kubeconfig' && key === 'server') return []
  if (action.kind === 'write-root-kubeconfig' && key === 'server') return []
  if (action.kind === 'await-node' && key === 'address') return []
  if (action.kind === 'add-address' && key === 'interface') return value === 'eth0' ? [] : [String(value)]
  if (['record', 'text', 'lines', 'digest', 'value', 'empties'].includes(key)) return []
  return [String(value)]
}
