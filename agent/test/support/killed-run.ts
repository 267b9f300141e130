import { expect } from 'vitest'
import { isFullSweep } from '../../../pipeline/test/support/sweep.ts'
import { type Guest, startGuest } from './guest.ts'
import type { GuestRun } from './guest-run.ts'
import { iknite, programsOf, succeeds } from './iknite.ts'
import { nodeRootfs } from './node-rootfs.ts'

/** A node that is ready in half the time: it has no base. */
export async function bareGuest(): Promise<Guest> {
  const guest = await startGuest({ rootfs: await nodeRootfs() })
  await guest.shell('rm /etc/iknite.d/kustomization.yaml')
  return guest
}

/** Back to where a guest began, without the seconds that a reset takes. */
export async function makeFresh(guest: Guest): Promise<void> {
  await guest.reboot()
  await guest.shell(`
    rm -rf /var/lib/kaweezle /etc/kubernetes /var/lib/kubelet /var/lib/cni /root/.kube
    rm -f /etc/runlevels/default/crio /etc/runlevels/default/kubelet
  `)
}

/** None of the programs gets to see that another has ended: iknite stands still meanwhile. */
const killScript = `
tree() { for child in $(cat /proc/$1/task/*/children 2>/dev/null); do tree $child; done; echo $1; }
delay=$1 signal=$2; shift 2
/usr/bin/iknite "$@" & run=$!
sleep $delay
if [ $signal = KILL ]; then kill -STOP $run; kill -KILL $(tree $run); else kill -$signal $run; fi 2>/dev/null
wait $run
`

export interface Kill {
  /** Milliseconds after the start of iknite. */
  readonly after: number
  /** KILL is for iknite and all that it runs, daemons excepted; others are for it alone. Default: KILL. */
  readonly signal?: 'KILL' | 'TERM' | 'INT'
}

/** Runs iknite in a guest until it is killed, or has ended before. */
export function killedRun(
  guest: Guest,
  command: string,
  { after, signal = 'KILL' }: Kill,
): Promise<GuestRun> {
  const seconds = (after / 1000).toFixed(3)
  return guest.run(['/bin/sh', '-c', killScript, 'sh', seconds, signal, ...command.split(' ')])
}

/** Runs iknite in a guest until the power is taken away; then the machine is there again. */
export async function cutPower(guest: Guest, command: string, after: number): Promise<GuestRun> {
  const running = iknite(guest, command)
  await new Promise((resolve) => setTimeout(resolve, after))
  await guest.reboot()
  return running
}

/**
 * Random instants, one in each of as many equal parts of a time; the same for the same seed. A third of those that
 * are asked for, unless `KAWEEZLE_SWEEP=full`.
 */
export function instants(wanted: number, milliseconds: number, seed: number): number[] {
  const count = isFullSweep ? wanted : Math.ceil(wanted / 3)
  let state = seed
  return Array.from({ length: count }, (_, index) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.round(((index + state / 2 ** 32) * milliseconds) / count)
  })
}

/** The cluster is ready, another start would do nothing, nothing half made is left, and nobody holds the lock. */
export async function isWhole(guest: Guest, after: string): Promise<void> {
  const { status, stdout } = await iknite(guest, 'status')
  expect(status, `status after ${after}\n${stdout}`).toBe(0)
  expect(stdout, `status after ${after}`).not.toContain('iknite start would')
  const left = await guest.shell(`
    ls -A /var/lib/kaweezle/iknite
    flock -n /run/iknite/lock true || echo locked
    find /etc /var/lib/kaweezle/ /var/lib/kubelet /root/.kube /run/iknite -name '.*.iknite' -type f
  `)
  expect(left, `files after ${after}`).toBe('cluster.json\nkubeadm.yaml\n')
}

/** {@link isWhole}, and another start runs no program. */
export async function staysWhole(guest: Guest, after: string): Promise<void> {
  await isWhole(guest, after)
  expect(programsOf(await succeeds(guest, 'start')), `programs of another start after ${after}`).toEqual([])
}
