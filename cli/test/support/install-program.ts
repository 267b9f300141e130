import { isKaweezleError } from '../../src/errors.ts'
import { fetchRootfs } from '../../src/releases/fetch-rootfs.ts'
import { type FindOptions, findRelease } from '../../src/releases/find-release.ts'

interface Task {
  readonly reference: string
  readonly options: Omit<FindOptions, 'signal'>
}

const { reference, options }: Task = JSON.parse(process.argv[2] ?? '')
const all = { ...options, signal: new AbortController().signal }
const start = performance.now()
try {
  const fetched = await fetchRootfs(await findRelease(reference, all), all)
  const maxRss = process.resourceUsage().maxRSS * 1024
  console.log(JSON.stringify({ ...fetched, maxRss, time: performance.now() - start }))
} catch (error) {
  if (!isKaweezleError(error)) throw error
  console.log(JSON.stringify({ code: error.code }))
}
