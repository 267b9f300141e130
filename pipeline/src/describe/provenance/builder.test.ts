import { expect, test } from 'vitest'
import { builderOf, localBuilder } from './builder.ts'

const actions = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'octo/fork',
  GITHUB_WORKFLOW_REF: 'octo/fork/.github/workflows/release.yml@refs/tags/v1',
  GITHUB_REF: 'refs/tags/v1',
  GITHUB_SHA: 'c0ffee',
  GITHUB_RUN_ID: '42',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_TOKEN: 'a secret',
}

test('in GitHub Actions it is the workflow, and the run and the commit are told', () => {
  expect(builderOf(actions)).toEqual({
    runDetails: {
      builder: { id: 'https://github.example/octo/fork/.github/workflows/release.yml@refs/tags/v1' },
      metadata: { invocationId: 'https://github.example/octo/fork/actions/runs/42/attempts/2' },
    },
    source: { uri: 'git+https://github.example/octo/fork@refs/tags/v1', digest: { gitCommit: 'c0ffee' } },
  })
})

test.each<[what: string, env: Record<string, string | undefined>]>([
  ['nothing is said', {}],
  ['the variables were set by somebody else', { ...actions, GITHUB_ACTIONS: undefined }],
  ['the workflow is not told', { ...actions, GITHUB_WORKFLOW_REF: '' }],
  ['the commit is not told', { ...actions, GITHUB_SHA: undefined }],
])('it is local where %s', (_, env) => {
  expect(builderOf(env)).toEqual({ runDetails: { builder: { id: localBuilder } }, source: undefined })
})
