/** What the machine tells of itself in one call. */
export interface GuestFacts {
  /** Seconds since 1970, rounded down. */
  readonly clock: number
  readonly nameServers: readonly string[]
  readonly hasData: boolean
  readonly cgroups: { readonly version: 1 | 2 | 'none'; readonly controllers: readonly string[] }
  /** Whether a name of the Internet was found; undefined where it was not looked for. */
  readonly resolves: boolean | undefined
}

/** A registry that pods may want images from, as many do. */
export const lookedUp = 'registry.k8s.io'

/**
 * Prints lines of `KEY VALUE`, the clock first: it is compared with that of the host. The argument is a name to look
 * up, or empty. busybox has no parts of seconds in `date`, and its `mountpoint` sees no bind mounts.
 */
export const guestScript = `
echo "clock $(date +%s)"
sed -n 's/^[[:space:]]*nameserver[[:space:]]*/nameserver /p' /etc/resolv.conf 2>/dev/null
[ -r /sys/fs/cgroup/cgroup.controllers ] && echo "cgroup2 $(cat /sys/fs/cgroup/cgroup.controllers)"
while read -r _ point type options _; do
  case $type:$point in
    *:/var/lib/kaweezle) echo 'data yes' ;;
    cgroup:/sys/fs/cgroup/*) echo "cgroup1 $options" ;;
  esac
done </proc/mounts
if [ -n "$1" ]; then
  if timeout 3 nslookup "$1" >/dev/null 2>&1; then echo 'resolves yes'; else echo 'resolves no'; fi
fi
exit 0
`

/**
 * Reads what {@link guestScript} printed; undefined where it does not even tell the time.
 * @see resolv.conf(5), cgroups(7), proc_pid_mounts(5)
 */
export function parseGuestFacts(text: string): GuestFacts | undefined {
  const values = (key: string) =>
    text
      .split('\n')
      .flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1).trim()] : []))
  const clock = Number(values('clock')[0] || Number.NaN)
  if (!Number.isFinite(clock)) return undefined
  const [second] = values('cgroup2')
  const first = values('cgroup1')
  const [resolves] = values('resolves')
  return {
    clock,
    nameServers: values('nameserver').map((value) => value.split(/[\s#;]/)[0] ?? ''),
    hasData: values('data').length > 0,
    cgroups:
      second !== undefined
        ? { version: 2, controllers: second.split(' ').filter(Boolean) }
        : first.length > 0
          ? { version: 1, controllers: first.flatMap((options) => options.split(',')) }
          : { version: 'none', controllers: [] },
    resolves: resolves === undefined ? undefined : resolves === 'yes',
  }
}
