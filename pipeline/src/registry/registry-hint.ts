import { isDockerHub } from './address.ts'

/** What to do when the registry at `host` answers with a status; nothing where there is nothing special about it. */
export function registryHint(host: string): (status: number) => string | undefined {
  const login = isDockerHub(host) ? '`docker login`' : `\`docker login ${host}\``
  return (status) => {
    if (status === 401 || status === 403) {
      return `Check the name of the image; for a private one, ${login} writes credentials into the Docker config file.`
    }
    if (status === 404) return 'Check the name and the tag of the image, and the mirror where there is one.'
    if (status === 429)
      return `Log in with ${login} for a higher limit, or use --registry-mirror; or try again later.`
    return undefined
  }
}
