const removed = '<removed>'

/**
 * Text without what lets somebody in: private keys, tokens, passwords, credentials of URLs. Order matters: what spans
 * lines goes first. It takes more rather than less.
 */
export function redactSecrets(text: string): string {
  return (
    text
      // PEM, its line ends written out too, as in JSON.
      .replace(
        /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
        removed,
      )
      // The same in base64 ("-----BEGIN"), as kubeconfigs and Secrets have it.
      .replace(/LS0tLS1CRUdJTi[A-Za-z0-9+/=]+/g, (data) => (isPrivateKey(data) ? removed : data))
      .replace(/(client-key-data["']?\s*[:=]\s*["']?)[^\s"',}]+/gi, `$1${removed}`)
      // JSON Web Tokens, as service accounts have them.
      .replace(/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, removed)
      .replace(/\b(Bearer|Basic)\s+(?!auth)[\w.~+/=-]{8,}/gi, `$1 ${removed}`)
      .replace(/\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}/g, removed)
      // Bootstrap tokens of kubeadm.
      .replace(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, removed)
      .replace(/(--?(?:certificate-key|token|password)[= ])["']?[^\s"']+/gi, `$1${removed}`)
      .replace(/(\/\/)[^/?#\s"'@]+@/g, `$1${removed}@`)
      .replace(namedSecret, `$1${removed}`)
  )
}

/** A value whose name says that it is secret, in YAML, JSON, logfmt or an environment: quoted, or one word. */
const namedSecret =
  /((?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|authorization|credentials?)\\?["']?\s{0,8}[:=]\s{0,8})(?!\s|<removed>|(?:Bearer|Basic) <removed>)(?:\\?"(?:[^"\\\n]|\\[^\n])*"|'[^'\n]*'|[^\s"',;}&]+)/gi

function isPrivateKey(data: string): boolean {
  return Buffer.from(data, 'base64').toString('latin1').includes('PRIVATE KEY')
}
