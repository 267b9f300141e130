import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Tests start our programs some thousand times; to read their TypeScript takes longer than most of what they do then.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node-compile')

/** Files that run for more than a minute. Begun last, one of them would keep all others waiting for its end. */
const long =
  /(-contract|-journey|-update|-provider|-podman|killed\S*|repair|runtimes|images|wine|executable|shown-commands|demo)\.test\.ts$/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId)
    const usual = await super.sort(files)
    return [...usual.filter(isLong), ...usual.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ['{pipeline,agent,cli,demo,release-format,program-kit}/**/*.test.ts'],
    setupFiles: ['./vitest.setup.ts'],
    sequence: { sequencer: LongestFirst },
    // Most of them wait for programs that they started.
    maxWorkers: availableParallelism() + 1,
    // A busy machine is no failure.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
