import type { SeenAsset, SeenRelease } from './state.ts'

/** One change on GitHub, or one question that takes long. */
export type Action =
  | { readonly kind: 'create-draft' }
  | { readonly kind: 'delete-asset'; readonly asset: SeenAsset; readonly reason: string }
  | { readonly kind: 'hash-asset'; readonly asset: SeenAsset }
  | { readonly kind: 'upload'; readonly release: SeenRelease; readonly name: string }
  | { readonly kind: 'update-draft'; readonly release: SeenRelease }
  | { readonly kind: 'move-tag'; readonly commit: string }
  | { readonly kind: 'delete-release'; readonly release: SeenRelease; readonly reason: string }
  | { readonly kind: 'publish'; readonly release: SeenRelease }

/** What tells one action from another; begun again, an action has the same key. */
export function keyOf(action: Action): string {
  switch (action.kind) {
    case 'upload':
      return `upload ${action.name}`
    case 'delete-asset':
    case 'hash-asset':
      return `${action.kind} ${action.asset.id}`
    case 'delete-release':
      return `${action.kind} ${action.release.id}`
    default:
      return action.kind
  }
}

/** An action for people, in the imperative. */
export function describeAction(action: Action, tag: string): string {
  switch (action.kind) {
    case 'create-draft':
      return `create a draft of ${tag}`
    case 'delete-asset':
      return `delete ${action.asset.name}: ${action.reason}`
    case 'hash-asset':
      return `download ${action.asset.name} to compare it`
    case 'upload':
      return `upload ${action.name}`
    case 'update-draft':
      return 'update the notes of the draft'
    case 'move-tag':
      return `move the tag ${tag} to ${action.commit.slice(0, 12)}`
    case 'delete-release':
      return `delete ${action.release.draft ? 'a draft of' : 'the release'} ${tag}: ${action.reason}`
    case 'publish':
      return `publish ${tag}`
  }
}
