import { PipelineError } from '../errors.ts'

/** Where a release goes. */
export interface Repository {
  readonly owner: string
  readonly repo: string
}

const hint = 'Write it as OWNER/NAME, as in kaweezle/kaweezle.'

/** @throws PipelineError `USAGE` */
export function parseRepository(text: string, label: string): Repository {
  const [, owner, repo] = /^([A-Za-z0-9][A-Za-z0-9-_]*)\/([A-Za-z0-9._-]+)$/.exec(text) ?? []
  if (owner === undefined || repo === undefined || /^\.+$/.test(repo))
    throw new PipelineError('USAGE', `${label} cannot be '${text}'`, { hint })
  return { owner, repo }
}

/**
 * The repository that a remote of Git names, where it is on the same GitHub as the API; else undefined.
 * Its forms are those of https://git-scm.com/docs/git-clone#_git_urls.
 */
export function repositoryOfRemote(remote: string, apiUrl: string): Repository | undefined {
  const [, host, path] =
    /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+)$/.exec(remote) ??
    /^(?:[^@/]+@)?([^/:]+):(?!\/)(.+)$/.exec(remote) ??
    []
  const [owner, repo, ...rest] =
    path
      ?.replace(/\/$/, '')
      .replace(/\.git$/, '')
      .split('/') ?? []
  if (host !== hostOf(apiUrl) || owner === undefined || repo === undefined || rest.length > 0)
    return undefined
  return parseRepository(`${owner}/${repo}`, 'the git remote')
}

/**
 * The address of an API, in one form.
 * @throws PipelineError `USAGE`: a token goes there
 */
export function parseApiUrl(text: string): string {
  const url = URL.parse(text)
  const isOwn = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const isSafe = url?.protocol === 'https:' || (isOwn && url.protocol === 'http:')
  if (url !== null && isSafe && url.username + url.password + url.search + url.hash === '')
    return url.href.replace(/\/+$/, '')
  throw new PipelineError('USAGE', '--api-url cannot be used', {
    hint: 'Use something like https://HOST/api/v3: https, without credentials.',
  })
}

/** `github.com` for its API, the server itself for that of an Enterprise Server. */
function hostOf(apiUrl: string): string {
  return new URL(apiUrl).hostname.replace(/^api\.(github\.com|[^.]+\.ghe\.com)$/, '$1')
}
