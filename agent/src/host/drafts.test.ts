import { expect, test } from 'vitest'
import { draftOf, removeDrafts } from './drafts.ts'
import { fakeHost } from './fake-host.fixture.ts'

test('what a killed run had not yet put in place is removed, and nothing else', async () => {
  const others = [
    '/data/.hidden',
    '/data/cluster.json',
    '/data/.cluster.json.5b52c4c7afb7',
    '/data/file.iknite',
  ]
  const { files } = fakeHost()
  for (const path of [draftOf('/data/cluster.json'), draftOf('/other/config'), ...others]) {
    await files.write(path, 'half', 0o600)
  }
  await removeDrafts(files, ['/data', '/other', '/absent'])
  expect((await files.list('/data')).map((name) => `/data/${name}`)).toEqual(others.sort())
  expect(await files.list('/other')).toEqual([])
})
