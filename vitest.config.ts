import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that run for more than a minute. Begun last, one of them would keep all others waiting for its end. */
const long = /(-contract|-journey|-update|-provider|-podman|killed\S*|repair|runtimes|images|wine)\.test\.ts$/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId)
    const usual = await super.sort(files)
    return [...usual.filter(isLong), ...usual.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ['{pipeline,agent,cli,release-format,program-kit}/**/*.test.ts'],
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
