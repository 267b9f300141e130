import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { manifestMirrors } from '../../../pipeline/test/support/cluster-world.ts'
import {
  manifestsFolder,
  manifestsMissing,
  upstreamManifests,
} from '../../../pipeline/test/support/upstream-manifests.ts'
import type { Runtime } from './cluster-packages.ts'
import { labMissing, labRootfs } from './lab-rootfs.ts'

/** As a recipe on a bench, `TMP/kaweezle-build-…/rootfs/own.yaml`, has to name it. */
const agentFolder = relative(join(tmpdir(), 'bench/rootfs'), join(import.meta.dirname, '../..'))

/** Why {@link nodeRootfs} cannot work here; nothing when it can. */
export async function nodeMissing(): Promise<string | undefined> {
  return (await labMissing()) ?? (await manifestsMissing())
}

export interface NodeOptions {
  /** Of the packages of Kubernetes, and of what the recipe says. Default: 1.36.1 and 1.36.5. */
  readonly versions?: { readonly packages: string; readonly kubernetes: string }
  /** What runs the agent. Default: bun */
  readonly runtime?: Runtime
}

/** The folder of a rootfs with the agent and the base, as the recipe of Kubernetes has them. */
export function nodeRootfs({ versions, runtime }: NodeOptions = {}): Promise<string> {
  const upstream = Object.entries(upstreamManifests).map(([name, { url, tag }]) => [name, { url, tag }])
  return labRootfs({
    ...(versions && { version: versions.packages }),
    ...(runtime && { runtime }),
    recipe: {
      agent: agentFolder,
      locks: {
        packages: 'node.packages.lock.yaml',
        images: 'node.images.lock.yaml',
        manifests: 'node.manifests.lock.yaml',
      },
      kubernetes: { version: versions?.kubernetes ?? '1.36.5' },
      manifests: { from: 'manifests', upstream: Object.fromEntries(upstream) },
    },
    flags: { 'manifest-mirror': manifestMirrors(manifestsFolder) },
  })
}
