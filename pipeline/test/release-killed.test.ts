import { expect, test } from 'vitest'
import { type Double, type Incoming, startGitHub } from './support/github-double.ts'
import { releaseInProcess } from './support/github-double-in-process.ts'
import {
  fewFiles,
  folderOf,
  published,
  type ReleaseProgram,
  runRelease,
} from './support/github-double-world.ts'
import { sweepOf } from './support/sweep.ts'

const next = 'beef'.repeat(10)

/** What is released, and at which moment of a request the program is killed. */
const cases = [
  { what: 'a release', isRolling: false, moment: 'before' },
  { what: 'a release', isRolling: false, moment: 'after' },
  { what: 'a release', isRolling: false, moment: 'within' },
  { what: 'a rolling release in the place of another', isRolling: true, moment: 'before' },
  { what: 'a rolling release in the place of another', isRolling: true, moment: 'after' },
] as const

/** A double that has what was there before. */
async function prepared(isRolling: boolean): Promise<Double> {
  const double = await startGitHub()
  if (!isRolling) return double
  await releaseInProcess(double, {
    files: fewFiles('1.2.2', 'old'),
    wanted: { tag: 'latest', rolling: true, prerelease: true },
  })
  double.store.commits.add(next)
  double.store.branches.set('main', next)
  for (const list of [double.requests, double.uploads, double.completed]) list.length = 0
  return double
}

test.each(cases)(
  '$what, killed $moment a request and run again, ends the same, and no file that was there is uploaded again',
  async ({ isRolling, moment }) => {
    const flags = isRolling ? ['--latest'] : []
    await using folder = await folderOf(fewFiles())
    const { requests, expected, allowed } = await undisturbed({ folder: folder.path, flags }, isRolling)
    const points = requests
      .map((each, index) => ({ ...each, at: index + 1 }))
      .filter(({ host, method }) => {
        if (moment === 'within') return host === 'uploads'
        // Of a rolling release only its end is another; after a read everything is as before it.
        return isRolling ? host === 'api' && method !== 'GET' : moment === 'before' || method !== 'GET'
      })
    expect(points.length).toBeGreaterThan(3)
    for (const { at } of sweepOf(points, 6)) {
      await using double = await prepared(isRolling)
      const wrong = watch(double, allowed)
      const { signal } = await runKilled(double, { folder: folder.path, flags, at, moment })
      expect(signal, `request ${at} of ${requests.length}`).toBe('SIGKILL')
      const there = double.completed.length
      const again = await runRelease(double, { folder: folder.path, flags })
      expect({ at, ...again }).toMatchObject({ at, status: 0 })
      expect(published(double)).toEqual(expected)
      expect(wrong).toEqual([])
      expect(double.completed, `uploads around request ${at}`).toHaveLength(6)
      expect(double.uploads.length).toBeLessThanOrEqual(6 + (there < 6 ? 1 : 0))
    }
  },
  600_000,
)

/** What a run that is let alone asks for and makes, and which releases may be seen by others meanwhile. */
async function undisturbed(program: ReleaseProgram, isRolling: boolean) {
  await using double = await prepared(isRolling)
  const before = published(double)
  expect(await runRelease(double, program)).toMatchObject({ status: 0 })
  const expected = published(double)
  expect(expected).toMatchObject([{ draft: false }])
  expect(double.requests.length).toBeGreaterThan(15)
  const allowed = new Set([...before, ...expected].map(({ assets }) => JSON.stringify(assets)))
  return { requests: [...double.requests], expected, allowed }
}

/** Gathers what was published at any moment and is neither the former release nor the wanted one. */
function watch(double: Double, allowed: ReadonlySet<string>): string[] {
  const wrong: string[] = []
  double.store.onChange = () => {
    const open = published(double).filter(({ draft }) => !draft)
    wrong.push(...open.map(({ assets }) => JSON.stringify(assets)).filter((one) => !allowed.has(one)))
  }
  return wrong
}

interface Killing {
  readonly folder: string
  readonly flags: readonly string[]
  /** The request, from 1. */
  readonly at: number
  readonly moment: (typeof cases)[number]['moment']
}

async function runKilled(double: Double, { folder, flags, at, moment }: Killing) {
  let pid = 0
  const kill = () => void process.kill(pid, 'SIGKILL')
  double.fault = (incoming: Incoming) => {
    if (incoming.count !== at) return undefined
    if (moment === 'before') return { before: kill, drop: true }
    if (moment === 'after') return { after: kill, lose: true }
    return { hangAfter: 1, before: () => void setTimeout(kill, 20) }
  }
  const onStart = (started: number) => {
    pid = started
  }
  return runRelease(double, { folder, flags, onStart })
}
