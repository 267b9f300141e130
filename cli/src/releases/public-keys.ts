/**
 * The minisign public keys of whoever makes kaweezle's releases: the one in use, and the one that follows it when
 * that is lost or over. Until they are filled in, releases are installed with `--public-key` only.
 */
export const builtInPublicKeys: readonly string[] = []
