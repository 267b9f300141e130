import { PipelineError } from '../../errors.ts'
import { parseRepository, type Repository } from '../repository.ts'
import { readBucketToken, type Token } from '../token.ts'

/** Where the scoop manifest of a version goes. */
export interface BucketChoice {
  readonly repository: Repository
  readonly token: Token
  /** Whether it is proposed in a pull request. */
  readonly proposed: boolean
}

/**
 * What flags and environment say; undefined where nothing names a bucket. An empty variable says nothing.
 * @throws PipelineError `USAGE`
 */
export function chooseBucket(
  flags: { readonly bucket?: string | undefined; readonly 'bucket-pull-request'?: boolean | undefined },
  env: NodeJS.ProcessEnv,
): BucketChoice | undefined {
  const proposed = flags['bucket-pull-request'] ?? false
  const [name, label] =
    flags.bucket === undefined
      ? [env['KAWEEZLE_BUCKET'] ?? '', 'KAWEEZLE_BUCKET']
      : [flags.bucket, '--bucket']
  if (name !== '' || label === '--bucket')
    return { repository: parseRepository(name, label), token: readBucketToken(env), proposed }
  if (!proposed) return undefined
  throw new PipelineError('USAGE', '--bucket-pull-request is for a bucket, and none is named', {
    hint: 'Name one with --bucket OWNER/NAME or KAWEEZLE_BUCKET.',
  })
}
