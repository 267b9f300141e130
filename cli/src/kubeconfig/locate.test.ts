import { describe, expect, test } from 'vitest'
import { type Found, fileForNew, kubeconfigPaths, type Surroundings } from './locate.ts'

describe('which files are kubeconfigs', () => {
  const linux = { platform: 'linux', environment: { HOME: '/home/me' } } as const
  test.each<[string, Partial<Surroundings>, readonly string[]]>([
    ['the one at home, when nothing is said', {}, ['/home/me/.kube/config']],
    [
      'the home that is known otherwise, when HOME is not set',
      { environment: {}, home: '/root' },
      ['/root/.kube/config'],
    ],
    [
      'the one of --kubeconfig only, whatever KUBECONFIG says',
      { kubeconfig: 'x', environment: { KUBECONFIG: '/a:/b' } },
      ['x'],
    ],
    ['those of KUBECONFIG in its order', { environment: { KUBECONFIG: '/b:/a' } }, ['/b', '/a']],
    ['no empty entry of KUBECONFIG', { environment: { KUBECONFIG: ':/a::/b:' } }, ['/a', '/b']],
    ['no file twice', { environment: { KUBECONFIG: '/a:/b:/a' } }, ['/a', '/b']],
    ['no list on ; outside of Windows', { environment: { KUBECONFIG: '/a;/b' } }, ['/a;/b']],
    [
      'the one at home, when KUBECONFIG is empty',
      { environment: { KUBECONFIG: '', HOME: '/h' } },
      ['/h/.kube/config'],
    ],
    ['the one at home, when --kubeconfig is empty', { kubeconfig: '' }, ['/home/me/.kube/config']],
  ])('%s', (_, surroundings, expected) => {
    expect(kubeconfigPaths({ ...linux, ...surroundings }, nothing)).toEqual(expected)
  })

  test.each([
    ['names only empty entries', { KUBECONFIG: '::', HOME: '/h' }],
    ['is not set, and neither is HOME', {}],
    ['is not set, and HOME is empty', { HOME: '' }],
  ])('a KUBECONFIG that %s is a mistake of use', (_, environment) => {
    expect(() => kubeconfigPaths({ platform: 'linux', environment }, nothing)).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    )
  })
})

describe('which files are kubeconfigs on Windows', () => {
  const all = { HOME: 'H:\\', HOMEDRIVE: 'D:', HOMEPATH: '\\drive', USERPROFILE: 'C:\\Users\\me' }
  const [h, d, u] = ['H:\\.kube\\config', 'D:\\drive\\.kube\\config', 'C:\\Users\\me\\.kube\\config'] as const
  test.each<[string, Record<string, string>, Record<string, Found>, readonly string[]]>([
    [
      'a list is parted by ;, so a drive letter is no end',
      { KUBECONFIG: 'C:\\a;D:\\b;' },
      {},
      ['C:\\a', 'D:\\b'],
    ],
    ['quotes keep a ; and are dropped', { KUBECONFIG: '"C:\\a;b";c' }, {}, ['C:\\a;b', 'c']],
    ['HOME with a kubeconfig comes first', all, { [h]: 'file', [d]: 'file', [u]: 'file' }, [h]],
    ['HOMEDRIVE with a kubeconfig comes before USERPROFILE with one', all, { [d]: 'file', [u]: 'file' }, [d]],
    ['a kubeconfig counts more than a writable home', all, { [u]: 'file', 'H:\\': 'folder' }, [u]],
    [
      'without any kubeconfig USERPROFILE comes before HOMEDRIVE',
      all,
      { 'C:\\Users\\me': 'folder', 'D:\\drive': 'folder' },
      [u],
    ],
    [
      'a home that is read-only is passed over',
      all,
      { 'H:\\': 'read-only folder', 'D:\\drive': 'folder' },
      [d],
    ],
    ['a read-only home is better than none', all, { 'D:\\drive': 'read-only folder' }, [d]],
    ['the first that is set is taken when none is there', all, {}, [h]],
    ['a HOMEDRIVE without HOMEPATH is none', { HOMEDRIVE: 'D:', USERPROFILE: 'C:\\Users\\me' }, {}, [u]],
    ['an empty HOME is none', { HOME: '', USERPROFILE: 'C:\\Users\\me' }, {}, [u]],
    ['forward slashes of HOME are understood', { HOME: 'C:/Users/me' }, {}, [u]],
  ])('%s', (_, environment, disk, expected) => {
    expect(kubeconfigPaths({ platform: 'win32', environment }, (path) => disk[path] ?? 'nothing')).toEqual(
      expected,
    )
  })
})

describe('where something new goes', () => {
  test.each([
    ['to the first file that is there', [false, true, true], 1],
    ['to the last of the list when none is there', [false, false, false], 2],
    ['to the only one', [false], 0],
  ])('%s', (_, there, expected) => {
    const files = there.map((exists, index) => ({ exists, index }))
    expect(fileForNew(files).index).toBe(expected)
  })
})

function nothing(): Found {
  return 'nothing'
}
