/** What a registry, or who gives tokens for it, is shown. */
export type Credential =
  | { readonly type: 'password'; readonly username: string; readonly password: string }
  /** A refresh token of OAuth 2, in the place of a password. */
  | { readonly type: 'identity'; readonly token: string }

export interface CredentialOptions {
  /** For `REGISTRY_AUTH_FILE`, `DOCKER_CONFIG`, `HOME`, and the programs that keep credentials. */
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/** The header for a name and a password (RFC 7617). */
export function basicAuthorization({
  username,
  password,
}: {
  readonly username: string
  readonly password: string
}): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
