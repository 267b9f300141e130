import * as z from 'zod'

/** An RFC 1123 label: what Kubernetes takes for a node's name and a kubeconfig for a context's. */
export const nameSchema = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)

export const waitSchema = z.int().min(1).max(86_400)

/** One that a host can have: neither "any", loopback nor multicast. */
export const addressSchema = z.ipv4().refine((address) => {
  const first = Number(address.split('.')[0])
  return first > 0 && first < 224 && first !== 127
})

export const advertiseAddressSchema = z.union([z.literal('outer'), addressSchema])

/** As the kernel takes it: up to 15 bytes, without slashes and white space. */
export const interfaceSchema = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9_.@-]{1,15}$/)

export const versionSchema = z
  .string()
  .regex(/^v?(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/)
  .transform((version) => version.replace(/^v/, ''))

/** A network written by its first address, which leaves the node's /24 room in it. */
export const podNetworkSchema = z.string().refine((text) => {
  const [address = '', prefix = '', ...rest] = text.split('/')
  if (rest.length > 0 || !/^\d{1,2}$/.test(prefix) || !addressSchema.safeParse(address).success) return false
  const bits = Number(prefix)
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return bits >= 8 && bits <= 24 && value % 2 ** (32 - bits) === 0
})

export const pathSchema = z.string().regex(/^\/[^\0\n]*$/)

export const verbosities = ['trace', 'debug', 'info', 'warn', 'error'] as const

export type Verbosity = (typeof verbosities)[number]

export const verbositySchema = z.enum(verbosities)
