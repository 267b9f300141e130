import { parseKeys } from '../apk/keys.ts'
import { formatBytes } from '../render/amounts.ts'
import { fetchLocked } from '../resolve/fetch-packages.ts'
import { readBase } from '../resolve/read-base.ts'
import { resolveRepositories } from '../resolve/repositories.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { step } from './step.ts'

export const fetch = step<Build>({
  name: 'fetch',
  title: 'Fetch and verify the base and the packages',
  async run(build, progress) {
    if (build.get('standing').output) return outputStands
    const { recipe, keyFiles } = build.get('recipe')
    const lock = build.get('lock')
    const { architecture } = build.options
    const [upstream, fetcher] = [await build.upstream(), build.fetcher(progress)]
    const { file, size, sha256, release } = lock.base
    const base = await fetcher.fetchBlob({ ...upstream.onMirror(file), label: file, size, sha256 })
    const facts = await readBase(base, file)
    const keys = parseKeys(new Map([...facts.keys, ...keyFiles]))
    const packages = await fetchLocked(lock.packages, {
      architecture,
      keys,
      fetcher,
      upstream,
      signal: build.signal,
    })
    const repositories = resolveRepositories(recipe.repositories, release)
    build.set('fetched', { base, facts, repositories, packages })
    const bytes = packages.reduce((sum, { blob }) => sum + blob.size, base.size)
    return { done: `${packages.length + 1} files, ${formatBytes(bytes)}` }
  },
})
