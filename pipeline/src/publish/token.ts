import { PipelineError } from '../errors.ts'

/** What shows GitHub who asks. */
export interface Token {
  /** Never shown, even where a server repeats it. */
  readonly text: string
  /** Where it can be given; the first that says something counts. */
  readonly variables: readonly string[]
  /** Which rights it needs, for people. */
  readonly rights: string
}

/** For the repository of the release. */
const releaseToken: Omit<Token, 'text'> = {
  variables: ['GH_TOKEN', 'GITHUB_TOKEN'],
  rights:
    '`contents: write` in a workflow, "Contents: Read and write" for a fine-grained token, `repo` for a classic one; where the commit changes workflows, also `workflow`',
}

/** For the bucket: that of a workflow is good for its own repository only. */
const bucketToken: Omit<Token, 'text'> = {
  variables: ['KAWEEZLE_BUCKET_TOKEN'],
  rights:
    '"Contents: Read and write" for a fine-grained token, and "Pull requests: Read and write" with --bucket-pull-request; `repo` for a classic one; the token of a workflow reaches only its own repository',
}

/** @throws PipelineError `USAGE` */
export function readReleaseToken(env: NodeJS.ProcessEnv): Token {
  return readToken(releaseToken, env)
}

/** @throws PipelineError `USAGE` */
export function readBucketToken(env: NodeJS.ProcessEnv): Token {
  return readToken(bucketToken, env)
}

function readToken(token: Omit<Token, 'text'>, env: NodeJS.ProcessEnv): Token {
  const text = token.variables.map((name) => env[name]?.trim()).find(Boolean) ?? ''
  if (/^[\x21-\x7e]+$/.test(text)) return { ...token, text }
  const names = token.variables.join(' or ')
  // What is wrong with it is not said: it may be nearly right.
  const message =
    text === '' ? `there is no token in ${names}` : `the token in ${names} has characters that no token has`
  throw new PipelineError('USAGE', message, { hint: `Give one that has the rights for it: ${token.rights}.` })
}
