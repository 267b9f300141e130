import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import type { EngineChoice } from '../../src/engine/select.ts'
import { selectEngine } from '../../src/engine/select.ts'

/** A build as a process of its own: opens a sandbox, runs one command in it, and exports it to its stdout. */
const [choice, workFolder, base, program, ...rest] = parseArgs({ allowPositionals: true }).positionals
if (!workFolder || !base || !program) throw new Error('choice, work folder, base, and a command')

const { signal } = new AbortController()
const engine = await selectEngine(choice as EngineChoice, { workFolder, signal })
await using sandbox = await engine.open({ base, architecture: 'x86_64' })
const { status, stderr } = await sandbox.run([program, ...rest], { timeLimit: 60_000 })
if (status !== 0) throw new Error(stderr)
await pipeline(await sandbox.export(), process.stdout)
