/** The first address of its network. */
export function gatewayOf(address: string): string {
  const [host = '', length = '24'] = address.split('/')
  const number = host.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
  const size = 2 ** (32 - Number(length))
  const gateway = number - (number % size) + 1
  return [24, 16, 8, 0].map((shift) => Math.floor(gateway / 2 ** shift) % 256).join('.')
}
