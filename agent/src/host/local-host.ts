import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Host, HostAddress } from './host.ts'
import { interruption } from './interruption.ts'
import { localFiles } from './local-files.ts'
import { runProgram } from './run-program.ts'

/** The machine that this program runs on. What runs or waits ends with `INTERRUPTED` when `signal` fires. */
export function localHost(signal: AbortSignal): Host {
  return {
    files: localFiles,
    signal,
    run: (argv, options) => runProgram(argv, options, signal),
    interfaces: localAddresses,
    now: () => Date.now(),
    sleep: async (milliseconds) => {
      try {
        await delay(milliseconds, undefined, { signal })
      } catch (error) {
        if (signal.aborted) throw interruption(signal)
        throw error
      }
    },
  }
}

function localAddresses(): readonly HostAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map(({ address, cidr }) => ({
      // A labelled address (`eth0:1`) is one of the interface itself.
      interface: name.split(':')[0] ?? name,
      // Without the zone of a link-local address.
      address: address.split('%')[0] ?? address,
      prefix: Number(cidr?.split('/')[1] ?? (address.includes(':') ? 128 : 32)),
    })),
  )
}
