import { expect } from 'vitest'
import type { Guest } from './guest.ts'
import type { GuestRun } from './guest-run.ts'

/** Runs iknite in a guest. */
export function iknite(guest: Guest, command: string, timeLimit = 120_000): Promise<GuestRun> {
  return guest.run(['/usr/bin/iknite', ...command.split(' ')], { timeLimit })
}

/** The same for a run that must succeed. */
export async function succeeds(guest: Guest, command: string): Promise<GuestRun> {
  const outcome = await iknite(guest, command)
  expect(outcome.status, `iknite ${command}\n${outcome.stdout}${outcome.stderr}`).toBe(0)
  return outcome
}

/** The programs that a run's log says it ran, without the questions that it asked. */
export function programsOf({ stderr }: GuestRun): string[] {
  return [...stderr.matchAll(/^INFO\[\d{4}\] Running (.*)$/gm)].map(([, program = '']) => program)
}

/** What must survive whatever happens to a node: the authorities and the keys that sign tokens. */
export function identity(guest: Guest): Promise<string> {
  return guest.shell(`cd /etc/kubernetes/pki && sha256sum ca.* front-proxy-ca.* etcd/ca.* sa.*`)
}

/** The genuine kubectl, as root of the node would use it. */
export function kubectl(guest: Guest, command: string, input?: string): Promise<string> {
  return guest.shell(`kubectl ${command}`, input === undefined ? {} : { input })
}

/** Puts something of a user into the cluster, to be found again by {@link findsNote}. */
export async function leavesNote(guest: Guest): Promise<void> {
  await kubectl(guest, 'create configmap note --from-literal=text=mine')
}

export async function findsNote(guest: Guest): Promise<void> {
  expect(await kubectl(guest, 'get configmap note -o jsonpath={.data.text}')).toBe('mine')
}
