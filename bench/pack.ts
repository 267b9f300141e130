/**
 * Compares packing with `bsdtar -czf` and `tar | pigz`: time, size and memory, on the same folder (see
 * `sampleFolder`), three rounds in turn, medians. Our memory is that of a process of its own, Node included.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { type Contender, type Measurement, measure } from './measure.ts'
import { sampleFolder } from './sample-folder.ts'

const rounds = 3

const contenders: readonly Contender[] = [
  {
    name: 'kaweezle',
    command: (folder, file) => [process.execPath, join(import.meta.dirname, 'pack-folder.ts'), folder, file],
  },
  { name: 'bsdtar -czf', command: (folder, file) => ['bsdtar', '-czf', file, '-C', folder, '.'] },
  {
    name: 'tar | pigz',
    command: (folder, file) => ['sh', '-c', 'tar -cf - -C "$1" . | pigz -c > "$2"', 'sh', folder, file],
  },
]

const packages = { time: 'time', bsdtar: 'libarchive-tools', tar: 'tar', pigz: 'pigz' }

process.exitCode = await main()

async function main(): Promise<number> {
  const versions = await toolVersions()
  if (versions === undefined) return 1
  const folder = await sampleFolder()
  const work = await mkdtemp(join(tmpdir(), 'kaweezle-bench-'))
  try {
    const results = new Map(contenders.map(({ name }) => [name, [] as Measurement[]]))
    for (let round = 1; round <= rounds; round++) {
      for (const contender of contenders) {
        process.stderr.write(`round ${round} of ${rounds}: ${contender.name}\n`)
        results.get(contender.name)?.push(await measure(contender, folder, join(work, 'packed.tar.gz')))
      }
    }
    process.stdout.write(table(results))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  const [processor] = cpus()
  process.stdout.write(`\n${cpus().length} cores, ${processor?.model}; Node ${process.versions.node}, `)
  process.stdout.write(`zlib ${process.versions.zlib}; ${versions}\n`)
  return 0
}

function table(results: ReadonlyMap<string, readonly Measurement[]>): string {
  const of = (name: string, key: keyof Measurement): number =>
    (results.get(name) ?? []).map((one) => one[key]).sort((a, b) => a - b)[Math.floor(rounds / 2)] ??
    Number.NaN
  const rows = [...results.keys()].map((name) => [
    name,
    `${of(name, 'seconds').toFixed(2)} s`,
    (of(name, 'seconds') / of('bsdtar -czf', 'seconds')).toFixed(3),
    `${of(name, 'processor').toFixed(2)} s`,
    `${(of(name, 'size') / 1e6).toFixed(1)} MB`,
    (of(name, 'size') / of('bsdtar -czf', 'size')).toFixed(4),
    `${(of(name, 'peak') / 1024).toFixed(0)} MiB`,
  ])
  return [['', 'time', 'to bsdtar', 'processor', 'size', 'to bsdtar', 'peak memory'], ...rows]
    .map(([name = '', ...cells]) => `${name.padEnd(12)}${cells.map((cell) => cell.padStart(12)).join('')}\n`)
    .join('')
}

async function toolVersions(): Promise<string | undefined> {
  const versions: string[] = []
  for (const [tool, debianPackage] of Object.entries(packages)) {
    const { failed, stdout, stderr } = await execa(tool, ['--version'], { reject: false, timeout: 10_000 })
    if (failed) {
      process.stderr.write(`${tool} is missing: apt-get install ${debianPackage}\n`)
      return undefined
    }
    versions.push((stdout || stderr).split('\n')[0] ?? '')
  }
  return versions.join('; ')
}
