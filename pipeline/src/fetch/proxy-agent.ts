import { type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { PipelineError } from '../errors.ts'

/**
 * What connects to servers: through the proxy that `env` names.
 * @throws PipelineError `USAGE` when a proxy variable is no URL
 */
export function proxyAgent(env: NodeJS.ProcessEnv): Dispatcher {
  try {
    return new EnvHttpProxyAgent({
      httpProxy: env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
      httpsProxy: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
      noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
      allowH2: false,
    })
  } catch (cause) {
    throw new PipelineError('USAGE', 'HTTP_PROXY or HTTPS_PROXY is not the URL of a proxy', {
      hint: 'Set it to something like http://proxy.example:3128, or unset it.',
      cause,
    })
  }
}
