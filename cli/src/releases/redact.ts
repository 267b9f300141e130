/**
 * Text from outside, made fit to be shown: control characters go first, because one inside a URL would hide the
 * credentials from what follows; then user names, passwords and queries (which carry signatures) of URLs.
 */
export function redact(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\/\/[^/?#\s]*@/g, '//')
    .replace(/\S+/g, withoutQuery)
}

function withoutQuery(word: string): string {
  const url = word.indexOf('//')
  const length = url === -1 ? -1 : word.slice(url).search(/[?#]/)
  return length === -1 ? word : word.slice(0, url + length)
}
