import { describe, expect, it } from 'vitest'
import { AgentError } from '../errors.ts'
import { type FakeContext, fakeContext } from './act-context.fixture.ts'
import { linkData } from './link-data.ts'

const path = '/etc/kubernetes'
const target = '/var/lib/kaweezle/kubernetes'
const before = { [`${path}/admin.conf`]: 'admin', [`${path}/pki/ca.key`]: 'key' }

function textsBelow({ host }: FakeContext, folder: string): Record<string, string> {
  const files = [...host.entries].filter(
    ([name, { type }]) => name.startsWith(`${folder}/`) && type === 'file',
  )
  return Object.fromEntries(files.map(([name, { text }]) => [name.slice(folder.length + 1), text]))
}

/** A data folder on another file system. */
function acrossFileSystems(context: FakeContext): void {
  const { files } = context.host
  const rename = files.rename
  files.rename = async (from, to) => {
    const isAcross = from.startsWith('/etc/') && to.startsWith('/var/')
    if (!isAcross) return rename(from, to)
    const cause = Object.assign(new Error('cross-device'), { code: 'EXDEV' })
    throw new AgentError('FILE_FAILED', `cannot rename ${from}`, { cause })
  }
}

function copy(context: () => FakeContext) {
  return ([, , from = '', to = '']: readonly string[]) => {
    const { entries } = context().host
    for (const [name, entry] of [...entries])
      if (name === from || name.startsWith(`${from}/`)) entries.set(to + name.slice(from.length), entry)
    return {}
  }
}

describe('linkData', () => {
  for (const [situation, files] of [
    ['nothing is there', {}],
    ['a folder is there', before],
    ['a wrong link is there', { [path]: { type: 'link', target: '/elsewhere' } }],
    ['the right link is there', { [path]: { type: 'link', target } }],
    ['a killed run has left a draft of the link', { [`${path}.link`]: { type: 'link', target } }],
  ] as const) {
    it(`leaves a link where ${situation}, once and twice`, async () => {
      const context = fakeContext({ files })
      for (const _time of [1, 2]) {
        await linkData(context, path)
        expect(context.host.entries.get(path)).toMatchObject({ type: 'link', target })
        expect(context.host.entries.get(target)).toMatchObject({ type: 'folder', mode: 0o755 })
        expect(context.host.entries.has(`${path}.link`)).toBe(false)
      }
      if (files === before) {
        expect(textsBelow(context, target)).toEqual({ 'admin.conf': 'admin', 'pki/ca.key': 'key' })
      }
    })
  }

  it('keeps what the data folder has, and sets aside what is in its way', async () => {
    const files = { ...before, [`${target}/pki/ca.key`]: 'older key', [`${path}/pki/sa.key`]: 'sa' }
    const context = fakeContext({ files })
    await linkData(context, path)
    expect(textsBelow(context, target)).toEqual({
      'admin.conf': 'admin',
      'pki/ca.key': 'older key',
      'pki/sa.key': 'sa',
    })
    expect(textsBelow(context, `${path}.before-iknite-${context.host.now()}`)).toEqual({
      'pki/ca.key': 'key',
    })
    expect(context.log.join()).toContain('WARN')
  })

  it('copies to another file system, under a name that says that it is not complete', async () => {
    const context = fakeContext({ files: before, programs: { cp: (argv) => copy(() => context)(argv) } })
    acrossFileSystems(context)
    await linkData(context, path)
    expect(context.runs()).toEqual([
      `cp -a ${path}/admin.conf ${target}/.admin.conf.moving`,
      'sync',
      `cp -a ${path}/pki ${target}/.pki.moving`,
      'sync',
    ])
    expect(textsBelow(context, target)).toEqual({ 'admin.conf': 'admin', 'pki/ca.key': 'key' })
    expect(context.host.entries.get(path)?.target).toBe(target)
  })

  it('loses nothing wherever it is killed, and ends in the same place when it is run again', async () => {
    for (let killedAt = 1; ; killedAt += 1) {
      const context = fakeContext({ files: before, programs: { cp: (argv) => copy(() => context)(argv) } })
      acrossFileSystems(context)
      const { files } = context.host
      const whole = { ...files }
      let steps = 0
      for (const name of ['rename', 'remove', 'link', 'makeFolder'] as const) {
        files[name] = async (...words: never[]) => {
          steps += 1
          if (steps === killedAt) throw new Error('killed')
          await (whole[name] as (...words: never[]) => Promise<void>)(...words)
        }
      }
      const isDone = await linkData(context, path).then(
        () => true,
        () => false,
      )
      Object.assign(files, whole)
      await linkData(context, path)
      expect(textsBelow(context, target), `killed at ${killedAt}`).toEqual({
        'admin.conf': 'admin',
        'pki/ca.key': 'key',
      })
      expect(context.host.entries.get(path)?.target).toBe(target)
      if (isDone) {
        expect(killedAt).toBeGreaterThan(8)
        return
      }
    }
  })
})
