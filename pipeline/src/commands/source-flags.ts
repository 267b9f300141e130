import { resolve } from 'node:path'
import { type Architecture, architectureOfPlatform, architectures } from '../architecture.ts'
import { engineChoices } from '../engine/select.ts'
import { PipelineError } from '../errors.ts'
import { parseManifestMirror } from '../fetch/manifest-places.ts'
import { parseRegistryMirror } from '../registry/registries.ts'
import type { SourceOptions } from '../steps/session.ts'
import { defaultCacheFolder } from '../store/default-cache-folder.ts'
import type { FlagTable, FlagValues } from './flags.ts'

/** The flags that `build` and `lock` share and that say where things come from. */
export const sourceFlags = {
  recipe: { type: 'string', value: 'FILE', help: 'what to build (rootfs/rootfs.yaml)' },
  arch: { type: 'string', choices: architectures, help: "the architecture (this machine's)" },
  engine: {
    type: 'string',
    choices: engineChoices,
    help: 'where the packages are installed: auto takes Docker where a daemon\nanswers, else Linux namespaces (auto)',
  },
  mirror: {
    type: 'string',
    value: 'URL|DIR|FILE',
    help: "the Alpine mirror: a URL, a folder of the same layout, or a release's\npackages.tar (https://dl-cdn.alpinelinux.org/alpine)",
  },
  'registry-mirror': {
    type: 'string',
    multiple: true,
    value: 'HOST=ADDR[/PREFIX]',
    help: 'where the images of a registry are had from instead; repeatable',
  },
  'manifest-mirror': {
    type: 'string',
    multiple: true,
    value: 'URL=URL|DIR',
    help: 'where manifests whose address begins so are had from; repeatable',
  },
  cache: { type: 'string', value: 'DIR', help: "downloads and finished steps (the user's cache folder)" },
} as const satisfies FlagTable

const defaultMirror = 'https://dl-cdn.alpinelinux.org/alpine'

/**
 * The shared options, with their defaults.
 * @throws PipelineError `USAGE` where there is no default on this machine.
 */
export function parseSourceOptions(values: FlagValues<typeof sourceFlags>): SourceOptions {
  return {
    recipe: resolve(values.recipe ?? 'rootfs/rootfs.yaml'),
    architecture: values.arch ?? hostArchitecture(),
    engine: values.engine ?? 'auto',
    mirror: values.mirror ?? defaultMirror,
    registryMirrors: new Map(values['registry-mirror']?.map(parseRegistryMirror)),
    manifestMirrors: values['manifest-mirror']?.map(parseManifestMirror) ?? [],
    cache: values.cache ? resolve(values.cache) : defaultCacheFolder(process.env, process.platform),
  }
}

function hostArchitecture(): Architecture {
  const own = architectureOfPlatform[process.arch]
  if (own !== undefined) return own
  throw new PipelineError('USAGE', `there is no rootfs for this machine's architecture, ${process.arch}`, {
    hint: `Name another with --arch: ${architectures.join(', ')}.`,
  })
}
