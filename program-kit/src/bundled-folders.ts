import { posix } from 'node:path'

/** What of esbuild's metafile tells which files got into its outputs (https://esbuild.github.io/api/#metafile). */
export interface BundledInputs {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>
}

/** Workspaces of this repository, which are no one else's: the program's own version and licence are theirs. */
const own = /(^|\/)node_modules\/@kaweezle\//

/** The folders of the packages of npm that got into a bundle, as relative as the metafile's paths; each once. */
export function bundledFolders({ outputs }: BundledInputs): string[] {
  const used = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs))
  return [...new Set(used.filter((path) => !own.test(path)).flatMap(packageFolder))]
}

/** `../node_modules/a/node_modules/@b/c/lib/d.js` is of `../node_modules/a/node_modules/@b/c`. */
function packageFolder(path: string): string[] {
  const [, found] = /^(.*(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
  return found === undefined ? [] : [posix.normalize(found)]
}
