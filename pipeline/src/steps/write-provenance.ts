import { relative, sep } from 'node:path'
import type { RootfsManifest } from '../describe/manifest.ts'
import { buildProvenance } from '../describe/provenance/build-provenance.ts'
import { builderOf } from '../describe/provenance/builder.ts'
import { printProvenance } from '../describe/provenance/statement.ts'
import type { Sha256 } from '../digest.ts'
import { commitText } from '../store/commit.ts'
import type { Written } from '../store/draft.ts'
import type { Build, Outputs } from './build.ts'

export interface Finished {
  readonly manifest: RootfsManifest
  readonly digests: Readonly<Record<Exclude<keyof Outputs, 'provenance'>, Sha256>>
  /** Finished files that not every build has, by absolute path. */
  readonly others: readonly { readonly path: string; readonly sha256: Sha256 }[]
}

/** Writes who built the finished files from what. */
export async function writeProvenance(
  build: Build,
  { manifest, digests, others }: Finished,
): Promise<Written> {
  const { options, outputs } = build
  const { recipe, digest } = build.get('recipe')
  const names = Object.keys(digests) as (keyof typeof digests)[]
  const files = [...names.map((name) => ({ path: outputs[name], sha256: digests[name] })), ...others]
  const { architecture, version, withImages, sourceDateEpoch } = options
  const statement = buildProvenance({
    subjects: files.map(({ path, sha256 }) => ({
      name: relative(options.out, path).replaceAll(sep, '/'),
      sha256,
    })),
    parameters: {
      recipe: { name: recipe.name, digest: { sha256: digest } },
      architecture,
      version,
      images: withImages,
      ...(sourceDateEpoch !== undefined && { sourceDateEpoch }),
    },
    tools: manifest.tools,
    locks: { architecture, packages: build.get('lock'), ...build.get('clusterLocks') },
    builder: builderOf(process.env),
  })
  return commitText(outputs.provenance, printProvenance(statement))
}
