import { keepLease, startWithClient } from './component.ts'

/** The double of kube-scheduler: it only runs and keeps its lease; the controller-manager's double places pods. */
export function main(argv: string[]): Promise<number> {
  return startWithClient('kube-scheduler', argv, (client, signal) =>
    keepLease(client, 'kube-scheduler', signal),
  )
}
