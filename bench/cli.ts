/**
 * Measures how soon the bundled CLI has ended, against `node -e 0` of the same Node: `version` (the goal is at most 1.6 times
 * that), help, and `status` where nothing is installed, as text and as JSON. Each round runs all of them once, so that a busy
 * machine is busy for all. Medians, with the quarter and three quarters of the runs.
 *
 * EXECUTABLE is one that `npm run package-cli` made, for its `version` and `status`; it is unpacked in the first round.
 *
 *   node bench/cli.ts [ROUNDS [EXECUTABLE]]
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bundleCli } from '../cli/build/bundle.ts'

const [, , roundsWord = '41', executable] = process.argv
const rounds = Number(roundsWord)
const baseline = 'node -e 0'
const goals: Readonly<Record<string, number>> = { version: 1.6 }
const commands = ['version', '--help', 'start --help', 'status', 'status -o json']

process.exitCode = await main()

async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-bench-cli-'))
  try {
    const program = await bundleCli({ folder: join(folder, 'cli'), version: '0.0.0' })
    const samples = measure(program, join(folder, 'home'))
    const base = quantile(samples.get(baseline) ?? [], 0.5)
    for (const [name, all] of samples) process.stdout.write(row(name, all, base))
    process.stdout.write(
      `Node ${process.versions.node}, ${cpus().length} cores, ${cpus()[0]?.model}; medians of ${rounds}\n`,
    )
    return report(samples, base)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Milliseconds of each run, by command. */
function measure(program: string, home: string): ReadonlyMap<string, number[]> {
  const node = process.execPath
  const calls = new Map<string, readonly [string, ...string[]]>([[baseline, [node, '-e', '0']]])
  for (const words of commands) calls.set(words, [node, program, ...words.split(' ')])
  if (executable !== undefined) {
    for (const word of ['version', 'status']) calls.set(`executable ${word}`, [resolve(executable), word])
  }
  const samples = new Map([...calls.keys()].map((name) => [name, [] as number[]]))
  const env = { PATH: process.env['PATH'], HOME: home, USERPROFILE: home }
  // The first round fills the caches of the disk.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, [file, ...args]] of calls) {
      const begin = performance.now()
      const { status, stderr } = spawnSync(file, args, { env })
      const milliseconds = performance.now() - begin
      // What is not installed is not ready.
      const isRight = status === (/\bstatus\b/.test(name) ? 1 : 0) && stderr.length === 0
      if (!isRight) throw new Error(`${name} ended with ${status}:\n${stderr}`)
      if (round > 0) samples.get(name)?.push(milliseconds)
    }
  }
  return samples
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN
}

function row(name: string, all: readonly number[], base: number): string {
  const cells = [0.5, 0.25, 0.75].map((part) => `${quantile(all, part).toFixed(1)} ms`.padStart(11))
  return `${name.padEnd(18)}${cells.join('')}${(quantile(all, 0.5) / base).toFixed(2).padStart(8)}x\n`
}

/** How many of the goals were missed, as an exit status. */
function report(samples: ReadonlyMap<string, number[]>, base: number): number {
  const misses = Object.entries(goals).filter(
    ([name, goal]) => quantile(samples.get(name) ?? [], 0.5) / base > goal,
  )
  for (const [name, goal] of misses)
    process.stderr.write(`missed: ${name} should take at most ${goal} times ${baseline}\n`)
  return misses.length === 0 ? 0 : 1
}
