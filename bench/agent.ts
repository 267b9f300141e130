/**
 * Measures the agent inside a guest, on Node.js and on Bun, against `node -e 0` of the same runtime in the same guest:
 * the time to the first line of the log of `iknite start`, the time of a second start and of one observation
 * (`iknite status`), and the memory of each at its peak. Times include the way into the guest, which `true` shows;
 * memory is that of the process itself, in a run of its own. Medians. Needs what the tests of nodes need.
 *
 *   node bench/agent.ts [ROUNDS]
 */
import { cpus } from 'node:os'
import { type Guest, startGuest } from '../agent/test/support/guest.ts'
import { nodeMissing, nodeRootfs } from '../agent/test/support/node-rootfs.ts'

const runtimes = ['node', 'bun'] as const
type Runtime = (typeof runtimes)[number]
type Command = readonly [string, ...string[]]

interface Measured {
  readonly name: string
  readonly milliseconds: number
  /** To the first line of the log, where there is a log. */
  readonly firstLine: number
  /** MiB; NaN where it is not measured. */
  readonly peak: number
}

const rounds = Number(process.argv[2] ?? 9)
/** Milliseconds and MiB. */
const goals = { firstLine: 150, peak: 80 }

const baseline = 'node -e 0'
const commands: Readonly<Record<string, Command>> = {
  true: ['true'],
  [baseline]: ['node', '-e', '0'],
  'iknite version': ['iknite', 'version'],
  'iknite status': ['iknite', 'status'],
  'second start': ['iknite', 'start'],
}

const preload = '/root/peak.cjs'
const noted = '/root/peak'
const peakScript = `process.on('exit', () => {
  const { readFileSync, writeFileSync } = require('node:fs')
  writeFileSync('${noted}', /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
})
`

process.exitCode = await main()

async function main(): Promise<number> {
  const missing = await nodeMissing()
  if (missing !== undefined) {
    process.stderr.write(`This cannot be measured here: ${missing}\n`)
    return 1
  }
  let missed = 0
  for (const runtime of runtimes) {
    const results = await measureOn(runtime)
    process.stdout.write(`${table(runtime, results)}\n`)
    missed += report(runtime, results)
  }
  const [processor] = cpus()
  process.stdout.write(`${cpus().length} cores, ${processor?.model}; medians of ${rounds}\n`)
  return missed === 0 ? 0 : 1
}

async function measureOn(runtime: Runtime): Promise<Measured[]> {
  process.stderr.write(`making a guest with ${runtime}\n`)
  await using guest = await startGuest({ rootfs: await nodeRootfs({ runtime }) })
  await guest.writeFile(preload, peakScript)
  const first: Command = ['iknite', 'start', '--name', 'kwsl']
  const made: Measured = { name: 'first start', ...(await timed(guest, first)), peak: Number.NaN }
  await succeed(guest, ['iknite', 'reset'])
  const results = [{ ...made, peak: await peakOf(guest, runtime, first) }]
  const samples = new Map(Object.keys(commands).map((name) => [name, [] as Measured[]]))
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds} on ${runtime}\n`)
    for (const [name, command] of Object.entries(commands)) {
      const peak = name === 'true' ? Number.NaN : await peakOf(guest, runtime, command)
      samples.get(name)?.push({ name, ...(await timed(guest, command)), peak })
    }
  }
  for (const [name, all] of samples) {
    const of = (key: 'milliseconds' | 'firstLine' | 'peak') => median(all.map((one) => one[key]))
    results.push({ name, milliseconds: of('milliseconds'), firstLine: of('firstLine'), peak: of('peak') })
  }
  return results
}

async function timed(guest: Guest, command: Command) {
  const { milliseconds, firstErrorAfter = Number.NaN } = await succeed(guest, command)
  return { milliseconds, firstLine: firstErrorAfter }
}

/** What the kernel counts, asked by the process at its end: children count for themselves. */
async function peakOf(guest: Guest, runtime: Runtime, command: Command): Promise<number> {
  await guest.shell(`rm -f ${noted}`)
  const env: Record<string, string> =
    runtime === 'node' ? { NODE_OPTIONS: `--require=${preload}` } : { BUN_OPTIONS: `--preload=${preload}` }
  await succeed(guest, command, env)
  return Number(await guest.readFile(noted)) / 1024
}

async function succeed(guest: Guest, command: Command, env: Record<string, string> = {}) {
  const run = await guest.run(command, { env, timeLimit: 120_000 })
  if (run.status === 0) return run
  throw new Error(`${command.join(' ')} ended with status ${run.status}:\n${run.stdout}${run.stderr}`)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function table(runtime: Runtime, results: readonly Measured[]): string {
  const base = results.find(({ name }) => name === baseline)
  const ratio = (value: number, to = Number.NaN) => cell(value / to, 'x', 2)
  const rows = results.map(({ name, milliseconds, firstLine, peak }) => [
    name,
    cell(milliseconds, ' ms'),
    ratio(milliseconds, base?.milliseconds),
    cell(firstLine, ' ms'),
    ratio(firstLine, base?.milliseconds),
    cell(peak, ' MiB', 1),
    ratio(peak, base?.peak),
  ])
  const titles = [runtime, 'time', `to ${baseline}`, 'first line', `to ${baseline}`, 'peak', `to ${baseline}`]
  return [titles, ...rows]
    .map(([name = '', ...cells]) => `${name.padEnd(16)}${cells.map((one) => one.padStart(13)).join('')}\n`)
    .join('')
}

function cell(value: number, unit: string, digits = 0): string {
  return Number.isNaN(value) ? '' : `${value.toFixed(digits)}${unit}`
}

/** How many of the goals were missed. */
function report(runtime: Runtime, results: readonly Measured[]): number {
  const own = results.filter(({ name }) => name !== baseline)
  const misses = own.flatMap((one) =>
    (['firstLine', 'peak'] as const)
      .filter((key) => one[key] >= goals[key])
      .map((key) => `${key} of ${one.name} is ${one[key].toFixed(1)}, and should be below ${goals[key]}`),
  )
  for (const miss of misses) process.stderr.write(`missed on ${runtime}: ${miss}\n`)
  return misses.length
}
