import { checksumsFile } from '@kaweezle/release-format/release-files.ts'
import { KaweezleError } from '../errors.ts'
import { fetchSmall } from './fetch-small.ts'
import { redact } from './redact.ts'
import type { Source } from './source.ts'
import type { Web } from './web.ts'

/**
 * A release whose files lie beside each other below a URL. The URL of the rootfs itself stands for its folder. User
 * name and password are sent to its own origin; a query (a signature of cloud storage) goes with every file.
 */
export function mirrorSource(web: Web, url: URL): Source {
  const folder = folderOf(url)
  const origin = mirrorOrigin(url)
  const urlOf = (name: string): URL => {
    const file = new URL(folder)
    file.pathname = `${folder.pathname.replace(/\/$/, '')}/${encodeURIComponent(name)}`
    return file
  }
  return {
    origin,
    tag: undefined,
    isLocal: false,
    locate: (name) => ({ kind: 'remote', url: urlOf(name).href, isApi: false }),
    async read(name, most) {
      const bytes = await fetchSmall(web, { url: urlOf(name), most })
      // What has no list of its files is more likely a wrong address than a release.
      if (bytes !== undefined || name !== checksumsFile) return bytes
      throw new KaweezleError('SOURCE_MISSING', `${origin} has no ${name}, so there is no release`, {
        hint: 'Check the URL: it must be that of the folder of one release.',
      })
    },
  }
}

/** What {@link Source.origin} is for that URL. */
export function mirrorOrigin(url: URL): string {
  return redact(folderOf(url).href)
}

function folderOf(url: URL): URL {
  const folder = new URL(url)
  folder.pathname = url.pathname.replace(/\/rootfs(\.\w+)?\.tar\.gz$/, '').replace(/\/$/, '')
  folder.hash = ''
  return folder
}
