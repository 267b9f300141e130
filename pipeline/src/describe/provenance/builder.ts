import type { BuildDefinition, ProvenanceStatement } from './statement.ts'

/** Who ran a build, as far as the environment says it. */
export interface Builder {
  readonly runDetails: ProvenanceStatement['predicate']['runDetails']
  readonly source: BuildDefinition['internalParameters']['source']
}

/** Whoever builds elsewhere: a URI (https://slsa.dev/spec/v1.0/provenance#builder.id) that says what is known of them. */
export const localBuilder =
  'https://github.com/kaweezle/kaweezle/blob/main/docs/describing.md#built-on-a-machine-of-ones-own'

/**
 * The builder that environment variables tell of: the workflow of GitHub Actions
 * (https://docs.github.com/actions/reference/workflows-and-actions/variables), or {@link localBuilder}, of whom nothing
 * else is said, so that two people's builds give the same statement. No clock is read.
 */
export function builderOf(env: Readonly<Record<string, string | undefined>>): Builder {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_WORKFLOW_REF: workflow } = env
  const { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt, GITHUB_REF: ref, GITHUB_SHA: commit } = env
  if (env['GITHUB_ACTIONS'] !== 'true' || !server || !repository || !workflow || !run || !commit)
    return { runDetails: { builder: { id: localBuilder } }, source: undefined }
  const invocationId = `${server}/${repository}/actions/runs/${run}/attempts/${attempt || '1'}`
  return {
    runDetails: { builder: { id: `${server}/${workflow}` }, metadata: { invocationId } },
    source: {
      uri: `git+${server}/${repository}${ref ? `@${ref}` : ''}`,
      digest: { gitCommit: commit },
    },
  }
}
