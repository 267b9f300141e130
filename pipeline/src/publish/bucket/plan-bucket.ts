import semver from 'semver'
import { parseScoopVersion } from '../scoop-version.ts'
import { proposalBranch, type SeenBucket, type SeenFile, type WantedManifest } from './state.ts'

/** One change of a bucket. */
export type BucketAction =
  | { readonly kind: 'begin-branch'; readonly branch: string; readonly from: string }
  /** `replaces` is what stands there, if anything does. */
  | { readonly kind: 'commit'; readonly branch: string; readonly replaces: SeenFile | undefined }
  | { readonly kind: 'propose'; readonly branch: string; readonly into: string }

/** Why nothing is left to do. */
export type BucketEnd =
  | { readonly kind: 'current' }
  | { readonly kind: 'newer'; readonly version: string }
  /** Whether it is taken is for people to say, even after they have said no. */
  | { readonly kind: 'proposed'; readonly page: string }

/** Plans how a bucket comes to have a manifest; a newer one stays. */
export function planBucket(
  { text, version, proposed }: WantedManifest,
  { branch, file, proposal }: SeenBucket,
): { readonly actions: readonly BucketAction[] } | { readonly end: BucketEnd } {
  if (file?.text === text) return { end: { kind: 'current' } }
  const there = semver.valid(parseScoopVersion(file?.text ?? ''))
  if (there !== null && semver.gt(there, version)) return { end: { kind: 'newer', version: there } }
  if (!proposed) return { actions: [{ kind: 'commit', branch, replaces: file }] }
  const own = proposalBranch(version)
  if (proposal?.page !== undefined) return { end: { kind: 'proposed', page: proposal.page } }
  if (proposal?.isBegun !== true) return { actions: [{ kind: 'begin-branch', branch: own, from: branch }] }
  if (proposal.file?.text !== text)
    return { actions: [{ kind: 'commit', branch: own, replaces: proposal.file }] }
  return { actions: [{ kind: 'propose', branch: own, into: branch }] }
}
