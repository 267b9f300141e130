/** The scoop manifest, in a release and in the bucket's root. */
export const scoopFile = 'kaweezle.json'

/** The scoop manifest as a bucket shall have it. */
export interface WantedManifest {
  readonly text: string
  readonly version: string
  /** Whether it is proposed in a pull request, and not committed to the default branch. */
  readonly proposed: boolean
  /** Where the release is, `OWNER/NAME`. */
  readonly origin: string
}

/** A file of a branch. */
export interface SeenFile {
  /** Git's name of its content; whoever replaces it has to know it. */
  readonly sha: string
  readonly text: string
}

/** What a bucket has for one version. */
export interface SeenBucket {
  /** The default one. */
  readonly branch: string
  /** Of the default branch. */
  readonly file: SeenFile | undefined
  /** Undefined where nothing is proposed to this bucket. */
  readonly proposal: SeenProposal | undefined
}

export interface SeenProposal {
  /** Whether its branch is there. */
  readonly isBegun: boolean
  readonly file: SeenFile | undefined
  /** The page of its pull request, open or not. */
  readonly page: string | undefined
}

/** The branch that a version is proposed from. */
export function proposalBranch(version: string): string {
  return `kaweezle-${version}`
}
