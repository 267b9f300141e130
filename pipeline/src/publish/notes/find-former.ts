import { apiRelease } from '../api-schemas.ts'
import type { Api } from '../ask.ts'
import { pages } from '../look.ts'
import { chooseFormer, type FormerOptions, type PublishedRelease } from './choose-former.ts'

/** {@link chooseFormer} of what GitHub has. @throws as `chooseFormer` and `ask` */
export async function findFormer(api: Api, options: FormerOptions): Promise<PublishedRelease | undefined> {
  const all = await pages(api, `list the releases of ${api.owner}/${api.repo}`, {
    route: 'GET /repos/{owner}/{repo}/releases',
    schema: apiRelease,
  })
  const published = all.filter(({ draft }) => !draft).map(({ id, tag_name }) => ({ id, tag: tag_name }))
  return chooseFormer(published, options)
}
