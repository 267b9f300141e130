import * as z from 'zod'
import { AgentError } from '../errors.ts'
import type { Host, HostAddress } from './host.ts'

/** `ip -json address show`; see ip-address(8). */
const interfacesSchema = z.array(
  z.object({
    ifname: z.string(),
    addr_info: z.array(z.object({ local: z.string().optional(), prefixlen: z.number() })),
  }),
)

/**
 * The addresses of all interfaces. iproute2 is asked: the runtime's own list leaves out interfaces without a carrier,
 * which have their addresses all the same.
 * @throws AgentError `COMMAND_FAILED`
 */
export async function listAddresses(run: Host['run']): Promise<readonly HostAddress[]> {
  const argv = ['/sbin/ip', '-json', 'address', 'show'] as const
  const { status, stdout, stderr } = await run(argv, { timeLimit: 10_000 })
  const parsed = status === 0 ? interfacesSchema.safeParse(parseJson(stdout)) : undefined
  if (parsed?.success) return parsed.data.flatMap(addressesOf)
  throw new AgentError('COMMAND_FAILED', `${argv.join(' ')} did not list the addresses (status ${status})`, {
    hint: 'Install iproute2: the `ip` of busybox cannot do it.',
    details: stderr.split('\n').filter(Boolean).slice(0, 5),
  })
}

function addressesOf({ ifname, addr_info }: z.infer<typeof interfacesSchema>[number]): HostAddress[] {
  return addr_info.flatMap(({ local, prefixlen }) =>
    local === undefined ? [] : [{ interface: ifname, address: local, prefix: prefixlen }],
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
