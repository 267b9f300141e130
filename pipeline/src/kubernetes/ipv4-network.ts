export interface Ipv4Network {
  readonly first: number
  readonly last: number
}

/** Parses `10.244.0.0/16` (RFC 4632); an address inside stands for its network. Undefined for anything else. */
export function parseNetwork(text: string): Ipv4Network | undefined {
  const [, address, prefix] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text) ?? []
  const bytes = address?.split('.').map(Number) ?? []
  if (address === undefined || bytes.some((byte) => byte > 255) || Number(prefix) > 32) return undefined
  const size = 2 ** (32 - Number(prefix))
  // Not with shifts, which have a sign at 32 bits.
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const first = number - (number % size)
  return { first, last: first + size - 1 }
}

export function within(inner: Ipv4Network, outer: Ipv4Network): boolean {
  return inner.first >= outer.first && inner.last <= outer.last
}

export function overlaps(a: Ipv4Network, b: Ipv4Network): boolean {
  return a.first <= b.last && b.first <= a.last
}
