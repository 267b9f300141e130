import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{pipeline,agent,cli,release-format}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
