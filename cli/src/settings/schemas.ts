import * as z from 'zod'
import { outputForms, providers, type SettingKey, type Settings } from './table.ts'

/** An RFC 1123 label: it names a machine, a context, and a folder. */
const label = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
const text = z.string().min(1)
const webAddress = z.url({ protocol: /^https?$/ })

/** What a value of each setting can be. Apart from the table, because help has no value to look at, and starts sooner. */
export const schemas: { readonly [Key in SettingKey]: z.ZodType<NonNullable<Settings[Key]>> } = {
  name: label,
  provider: z.enum(providers),
  release: text,
  wait: z.int().min(1).max(86_400),
  output: z.enum(outputForms),
  yes: z.boolean(),
  verbose: z.boolean(),
  kubeconfig: text,
  useContext: z.boolean(),
  overwrite: z.boolean(),
  apiPort: z.int().min(1).max(65_535),
  offline: z.boolean(),
  mirror: webAddress,
  repository: z.string().regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/),
  githubApi: webAddress,
  publicKey: z.string().regex(/^[A-Za-z0-9+/=]+(?: +[A-Za-z0-9+/=]+)*$/),
  caFile: text,
  allowUnsigned: z.boolean(),
  allowDowngrade: z.boolean(),
}
