import { PipelineError } from '../errors.ts'
import type { ConflictReason, Plan } from './plan-release.ts'

type Conflict = Extract<Plan, { kind: 'conflict' }>

/** What a plan that cannot be is for the user. */
export function conflictError({ reason, release, details }: Conflict, tag: string): PipelineError {
  const [message, hint] = texts[reason](tag, details)
  const page = release === undefined || release.page === '' ? '' : ` (${release.page})`
  return new PipelineError('RELEASE_CONFLICT', `${message.replace('PAGE', page)}`, { hint })
}

type Texts = (tag: string, details: readonly string[]) => readonly [message: string, hint: string]

const texts: Readonly<Record<ConflictReason, Texts>> = {
  'published-differs': (tag, details) => [
    `${tag} is published already with other filesPAGE:${details.map((one) => `\n  ${one}`).join('')}`,
    'A published release is never changed: release these files under another version.',
  ],
  immutable: (tag) => [
    `${tag} is published already, and this repository's releases can never be replacedPAGE`,
    'Switch immutable releases off for this repository, or release under another tag.',
  ],
  'tag-elsewhere': (tag, [there, wanted]) => [
    `the tag ${tag} is at commit ${there}, not at ${wanted}, which these files are from`,
    'Check out what the tag names and build that, or name the commit of these files with --target.',
  ],
  'foreign-draft': (tag, details) => [
    `there is a draft of ${tag} that somebody else made, with other files: ${details.join(', ')}PAGE`,
    'Publish that draft, delete it, or give it another tag.',
  ],
}
