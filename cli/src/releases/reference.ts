import { KaweezleError } from '../errors.ts'
import { type Channel, isChannel } from './channel.ts'

/** What `--release` can name. */
export type Reference =
  | { readonly kind: 'latest' }
  | { readonly kind: 'channel'; readonly channel: Channel }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'url'; readonly url: URL }

/**
 * Parses `TAG|latest|CHANNEL|FILE|FOLDER|URL`. What has a slash or begins with a dot is a path, so that no file that
 * happens to lie in the current folder takes the place of a tag.
 * @throws KaweezleError `USAGE`
 */
export function parseReference(text: string): Reference {
  if (text === 'latest') return { kind: 'latest' }
  if (isChannel(text)) return { kind: 'channel', channel: text }
  if (/^https?:/i.test(text)) return { kind: 'url', url: parseUrl(text) }
  if (/[\0\r\n]/.test(text)) throw notAReference('has a line end in it')
  if (/[\\/]|^\.|^[A-Za-z]:|\.tar\.gz$/.test(text) && !/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) {
    return { kind: 'path', path: text }
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/.test(text))
    throw notAReference('is neither a tag nor a path nor a URL')
  return { kind: 'tag', tag: text }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || url.hostname === '') throw notAReference('is not a URL')
  return url
}

function notAReference(what: string): KaweezleError {
  return new KaweezleError('USAGE', `the value of --release ${what}`, {
    hint: 'Give a tag, latest, a channel (stable, rc, beta, alpha), a file, a folder (./dist) or a URL.',
  })
}
