import { readFile, stat } from 'node:fs/promises'
import { execa } from 'execa'

export interface Contender {
  readonly name: string
  /** Writes the packed `folder` to `file`. */
  command(folder: string, file: string): readonly [string, ...string[]]
}

export interface Measurement {
  readonly seconds: number
  /** Seconds of all its processors together; unlike the time, about the same on a busy machine. */
  readonly processor: number
  /** Bytes of the packed file. */
  readonly size: number
  /** KiB of the largest process at its peak. */
  readonly peak: number
}

/** Runs a contender once, under GNU time. */
export async function measure(contender: Contender, folder: string, file: string): Promise<Measurement> {
  const report = `${file}.time`
  await execa('time', ['-f', '%e %U %S %M', '-o', report, ...contender.command(folder, file)], {
    timeout: 15 * 60_000,
    env: { LC_ALL: 'C' },
  })
  const figures = (await readFile(report, 'utf8')).split(' ').map(Number)
  const [seconds = Number.NaN, user = Number.NaN, system = Number.NaN, peak = Number.NaN] = figures
  return { seconds, processor: user + system, peak, size: (await stat(file)).size }
}
