/** Whether a URL leads to this very machine, where nobody listens on the way. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

/** The variables for requests to `url`: a proxy is another machine, which has not this one's own services. */
export function proxiesFor(url: URL, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return isLoopback(url) ? {} : env
}
