import { expect, test } from 'vitest'
import { type FakeHostOptions, fakeHost } from '../host/fake-host.fixture.ts'
import { observeUnmounted } from './unmounted.ts'

const mark = '/etc/kaweezle-machine'
const mounts = '/proc/self/mountinfo'
const root = '27 1 8:1 / / rw shared:1 - ext4 /dev/sdc rw\n'
const shared = '60 28 8:48 /stores/one /mnt/wsl/kaweezle/kwsl rw shared:5 - ext4 /dev/sdd rw\n'
const mounted = '70 27 8:48 /stores/one /var/lib/kaweezle rw shared:5 - ext4 /dev/sdd rw\n'
const look = (files: FakeHostOptions['files']) =>
  observeUnmounted(fakeHost(files === undefined ? {} : { files }))

test.each<[string, FakeHostOptions['files']]>([
  ['without a mark keeps its data itself', { [mounts]: root }],
  ['without a mark keeps its data itself, also on a disk of their own', { [mounts]: root + mounted }],
  ['with a mark and the mount has its data', { [mark]: 'kwsl one\n', [mounts]: root + mounted }],
  ['with a folder in place of the mark has none', { [mark]: { type: 'folder' }, [mounts]: root }],
  ['with a link in place of the mark has none', { [mark]: { target: '/etc/hostname' }, [mounts]: root }],
])('a machine %s', async (_title, files) => expect(await look(files)).toBeUndefined())

test.each<[string, FakeHostOptions['files']]>([
  ['is not mounted', { [mark]: 'kwsl one\n', [mounts]: root }],
  ['is shown to all machines, and not mounted', { [mark]: 'kwsl one\n', [mounts]: root + shared }],
  ['is mounted below', { [mark]: 'kwsl one\n', [mounts]: root + mounted.replace(' rw', '/etcd rw') }],
  ['cannot be told of, for want of a list of mounts', { [mark]: 'kwsl one\n' }],
])('what the host keeps and %s is missed', async (_title, files) =>
  expect(await look(files)).toEqual({ cluster: 'kwsl' }),
)

test.each([
  ['is empty, as after a power cut', ''],
  ['is cut', '\n'],
  ['is binary', '\u0000\u0000\u0000'],
  ['names no cluster', '../etc one\n'],
])('a mark that %s is one all the same', async (_title, text) =>
  expect(await look({ [mark]: text, [mounts]: root })).toEqual({ cluster: undefined }),
)
