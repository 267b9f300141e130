import { publicAddress } from '../locks/location.ts'
import { printRepositories } from '../resolve/repositories.ts'
import type { Edit } from '../tree/apply-edits.ts'
import { treePath } from '../tree/path.ts'
import { runlevelLink } from '../verify/runlevels.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { step } from './step.ts'

export const services = step<Build>({
  name: 'services',
  title: 'Put the services into their runlevels',
  async run(build) {
    if (build.get('standing').output) return outputStands
    const { recipe, keyFiles } = build.get('recipe')
    const { repositories } = build.get('fetched')
    const { epoch } = build.get('installed')
    const owned = { uid: 0, gid: 0, mtime: epoch }
    const put = (path: string, text: string): Edit => {
      const bytes = Buffer.from(text)
      const file = { type: 'file', mode: 0o644, size: bytes.length, content: { bytes } } as const
      return { type: 'put', entry: { ...owned, ...file, path: treePath(path) } }
    }
    const links = Object.entries(recipe.services).flatMap(([level, names]) =>
      names.map((name): Edit => {
        return {
          type: 'put',
          entry: { ...owned, ...runlevelLink(level, name), type: 'symlink', mode: 0o777 },
        }
      }),
    )
    const keys = [...keyFiles].map(([name, pem]) => put(`etc/apk/keys/${name}`, pem))
    build.set('services', [
      ...links,
      ...keys,
      put('etc/apk/repositories', printRepositories(repositories, publicAddress)),
    ])
    return { done: links.length === 1 ? '1 service' : `${links.length} services` }
  },
})
