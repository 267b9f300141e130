/**
 * The checks that failed, of what `/readyz?verbose` answers: lines as `[-]etcd failed: reason withheld`.
 * https://kubernetes.io/docs/reference/using-api/health-checks/
 */
export function failedChecks(body: string): string {
  const names = body
    .slice(0, 64 * 1024)
    .split('\n')
    .flatMap((line) => /^\[-\]([\w/.:-]+)/.exec(line)?.[1] ?? [])
  if (names.length === 0) return 'no failed check is named'
  const shown = names.slice(0, 5).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more are not ready` : `not ready: ${shown}`
}
