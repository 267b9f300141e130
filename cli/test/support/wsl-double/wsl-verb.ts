import { wslProvider } from '../../../src/providers/wsl/wsl-provider.ts'

// Run by tests as a process that they kill: the arguments are the folder of all clusters, a verb and, as JSON, what it
// is called with.
const [folder = '', verb = '', json = '[]'] = process.argv.slice(2)
const provider = wslProvider({ folder })
process.stdout.write('begun\n')
const call = provider[verb as keyof typeof provider] as unknown as (...args: unknown[]) => Promise<unknown>
const result = await call(...(JSON.parse(json) as unknown[]))
process.exitCode = typeof result === 'number' ? result : 0
