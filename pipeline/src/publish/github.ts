import type { AssetSource } from './asset.ts'
import type { Seen, SeenAsset, SeenRelease, WantedRelease } from './state.ts'

/**
 * One repository on GitHub, as far as releases go. Every method throws `Transient` where trying again may help, and
 * PipelineError `RELEASE_REFUSED`, `INTERRUPTED` where it does not.
 */
export interface GitHub {
  /** All that has this tag. */
  look(tag: string): Promise<Seen>
  /** The full name of a commit; undefined where the repository has none called so. */
  resolveCommit(name: string): Promise<string | undefined>
  createDraft(wanted: WantedRelease): Promise<void>
  /** Changes notes and kind of a draft. */
  updateDraft(release: SeenRelease, wanted: WantedRelease): Promise<void>
  publish(release: SeenRelease, wanted: WantedRelease): Promise<void>
  deleteRelease(release: SeenRelease): Promise<void>
  deleteAsset(asset: SeenAsset): Promise<void>
  upload(release: SeenRelease, asset: AssetSource, onBytes: (count: number) => void): Promise<void>
  /** Downloads a file: from then on a look tells its digest. */
  hashAsset(asset: SeenAsset): Promise<void>
  /** Makes a tag that is there point elsewhere. */
  moveTag(tag: string, commit: string): Promise<void>
}
