/** The scripts that a package may have (apk v2); `.INSTALL`, of still older ones, makes apk refuse it. */
export const scriptNames = [
  '.pre-install',
  '.post-install',
  '.pre-upgrade',
  '.post-upgrade',
  '.pre-deinstall',
  '.post-deinstall',
  '.trigger',
] as const

export type ScriptName = (typeof scriptNames)[number]

/** The text of each script, which starts with `#!`. */
export type PackageScripts = Readonly<Partial<Record<ScriptName, string>>>

/** apk refuses what is as large as this. */
const scriptLimit = 256 * 1024

/** Throws what `refuse` makes of the first script that apk would not run as it is meant. */
export function assertScripts(
  scripts: PackageScripts,
  triggers: readonly string[],
  refuse: (what: string, text: string) => Error,
): void {
  const names: readonly string[] = scriptNames
  for (const [name, text] of Object.entries(scripts)) {
    if (!names.includes(name)) throw refuse('a script of an unknown kind,', name)
    // apk executes it, which without an interpreter fails, and only once it is installed.
    if (!text.startsWith('#!')) throw refuse('a script without an interpreter,', name)
    if (Buffer.byteLength(text) >= scriptLimit) throw refuse('a script of 256 KiB or more,', name)
  }
  const hasScript = scripts['.trigger'] !== undefined
  if (hasScript !== triggers.length > 0) {
    throw refuse('one without the other, folders to watch and a script', '.trigger')
  }
}
