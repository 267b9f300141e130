import { isIPv4, isIPv6 } from 'node:net'

/**
 * DNS names and addresses, the latter in canonical form, of what `X509Certificate.subjectAltName` gives:
 * `DNS:kwsl, IP Address:FD00:0:0:0:0:0:0:1`. Values with characters that could be taken for the format's own are
 * JSON strings: `DNS:"a, DNS:b"`. https://nodejs.org/api/crypto.html#x509subjectaltname
 */
export function parseSubjects(text: string): readonly string[] {
  const entries = [...text.matchAll(/(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)]
  return entries.flatMap(([, kind, value = '']) => {
    // Nothing that is asked for needs quotes, and what has them must not pass for something else.
    if (value.startsWith('"')) return []
    if (kind === 'DNS') return [value]
    return kind === 'IP Address' ? [canonicalAddress(value)] : []
  })
}

/** e.g. `fd00::1` of `FD00:0:0:0:0:0:0:1`; what is no address stays as it is. */
export function canonicalAddress(text: string): string {
  if (isIPv4(text) || !isIPv6(text)) return text
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}
