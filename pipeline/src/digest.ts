declare const brand: unique symbol

/** A SHA-256 digest as 64 lower-case hex digits. */
export type Sha256 = string & { readonly [brand]: 'Sha256' }

/** The identity of a package: `Q1` and the base64 SHA-1 of its compressed control member (apk v2). */
export type ApkChecksum = string & { readonly [brand]: 'ApkChecksum' }

/** Whether `text` is a SHA-256 digest in the one accepted form: 64 lower-case hex digits. */
export function isSha256(text: string): text is Sha256 {
  return /^[0-9a-f]{64}$/.test(text)
}

/** Whether `text` is an apk v2 identity: `Q1` and the padded base64 of 20 bytes. */
export function isApkChecksum(text: string): text is ApkChecksum {
  return /^Q1[A-Za-z0-9+/]{27}=$/.test(text)
}
