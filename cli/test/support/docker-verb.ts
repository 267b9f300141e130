import { dockerProvider } from '../../src/providers/docker/docker-provider.ts'

// Run by tests as a process that they kill: the arguments are a verb and, as JSON, what it is called with.
const [verb = '', json = '[]'] = process.argv.slice(2)
const provider = dockerProvider()
await provider.probe()
process.stdout.write('begun\n')
const call = provider[verb as keyof typeof provider] as unknown as (...args: unknown[]) => Promise<unknown>
const result = await call(...(JSON.parse(json) as unknown[]))
process.exitCode = typeof result === 'number' ? result : 0
