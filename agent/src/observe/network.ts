import type { Host } from '../host/host.ts'
import type { NetworkState } from '../plan/snapshot.ts'

/**
 * Addresses and the default route.
 * @param fixed the address of the cluster's own, which is never the outer one.
 */
export async function observeNetwork(host: Host, fixed: string): Promise<NetworkState> {
  const [known, routes] = await Promise.all([host.interfaces(), host.files.read('/proc/net/route')])
  const addresses = known.map((own) => ({ interface: own.interface, address: own.address }))
  const name = parseDefaultRoute(routes ?? '')
  const isOuter = (own: (typeof addresses)[number]) =>
    own.interface === name && own.address !== fixed && !own.address.includes(':')
  return { addresses, outer: addresses.find(isOuter) }
}

/** The flags RTF_UP and RTF_REJECT of <linux/route.h>. */
const up = 0x0001
const reject = 0x0200

/**
 * The interface of the IPv4 default route with the least metric, of /proc/net/route: a line of titles, then columns
 * Iface Destination Gateway Flags RefCnt Use Metric Mask …, numbers in hex but for the metric.
 */
export function parseDefaultRoute(text: string): string | undefined {
  const routes = text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, destination, , flags = '', , , , mask]) => {
      const bits = Number.parseInt(flags, 16)
      return destination === '00000000' && mask === '00000000' && (bits & up) !== 0 && (bits & reject) === 0
    })
    .map(([name, , , , , , metric]) => ({ name, metric: Number(metric) }))
  return routes.sort((one, other) => one.metric - other.metric)[0]?.name
}
