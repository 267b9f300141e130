/*
 * The location of a repository, as locks write it: its path on the Alpine mirror (`v3.24/main`), or the address of
 * one that is elsewhere (`https://example.org/apk`).
 */

/** Whether a location is an address of its own rather than a path on the mirror. */
export function isAddress(location: string): boolean {
  return /^https?:\/\//.test(location)
}

/** Where the running system finds a repository, whichever mirror the build used. */
export function publicAddress(location: string): string {
  return isAddress(location) ? location : `https://dl-cdn.alpinelinux.org/alpine/${location}`
}

/** The folder that stands for a location in a `packages.tar`. */
export function archivePath(location: string): string {
  return location.replace(/^https?:\/\//, 'elsewhere/')
}
