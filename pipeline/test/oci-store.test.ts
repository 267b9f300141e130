import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { gunzipSync } from 'node:zlib'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ContentReader } from '../src/contents/content-reader.ts'
import { readTree } from '../src/contents/read-tree.ts'
import { type ImageReference, parseImageReference } from '../src/oci/reference.ts'
import { storageTree } from '../src/oci/storage-tree.ts'
import { verifyStorage } from '../src/oci/verify-storage.ts'
import { archiveTree } from '../src/pack/archive-tree.ts'
import { loadImages } from '../src/preload/load-images.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { end, member, pax, record } from '../src/tar/raw-tar.fixture.ts'
import type { Entry, Tree, TreePath } from '../src/tree/entry.ts'
import { type Descriptor, ImageLayout } from './support/make-image.ts'
import { mirrorFolder } from './support/mirror.ts'
import { requirement } from './support/requirement.ts'

const at = 'var/lib/containers/storage' as TreePath
const epoch = 1_800_000_000
const created = '2024-05-06T07:08:09.123456789Z'
const limits = { env: { TZ: 'UTC', LC_ALL: 'C' }, timeout: 60_000, maxBuffer: 2 ** 24 } as const

const withTools = await requirement('root, skopeo, podman and runc', async () => {
  if (process.getuid?.() !== 0) return 'not root'
  for (const tool of ['skopeo', 'podman', 'runc', 'tar', 'bsdtar', 'python3']) {
    const { failed } = await execa(tool, ['--version'], { ...limits, reject: false })
    if (failed) return `${tool} is not there`
  }
  return undefined
})

let folder = ''
let layout: ImageLayout
let store: Store
let references: ImageReference[] = []
const reader = new ContentReader()
const made: Record<string, { index: Descriptor; manifest: Descriptor }> = {}

const capability = Buffer.from('0100000200040000000000000000000080ff0a00', 'hex').toString('latin1')
const directory = (name: string, mode = '0000755'): Buffer => member({ name, type: '5', mode })

/** What a lower layer may hold. */
function lowerTar(): Buffer {
  return Buffer.concat([
    member({ name: './', type: '5', mode: '0000700', uid: '0001750', gid: '0001750' }),
    directory('./data', '0001777'),
    member({ name: './data/keep', mtime: '14000000000' }, 'kept'),
    member({ name: './data/gone' }, 'gone'),
    directory('./data/opaque/'),
    member({ name: './data/opaque/below' }, 'below'),
    member({ name: '/implied/by/rooted', uid: '0000144', gid: '0000145' }, 'rooted'),
    member({ name: 'implied/linked', type: '1', linkName: '/implied/by/rooted' }),
    member({ name: 'implied/soft', type: '2', linkName: '../etc/passwd', mode: '0000777' }),
    member({ name: 'implied/hard-to-soft', type: '1', linkName: 'implied/soft' }),
    member({ name: 'setuid', mode: '0004755' }, 'setuid'),
    pax(record('SCHILY.xattr.security.capability', capability)),
    member({ name: 'capable', mode: '0000755' }, 'capable'),
    pax(record('path', `long/${'n'.repeat(120)}/${'é'.repeat(60)}`)),
    member({ name: 'long' }, 'long'),
    member({ name: 'fifo', type: '6' }),
    member({ name: 'null', type: '3', mode: '0000666', major: '0000001', minor: '0000003' }),
    member({ name: 'not-utf8-\xff' }, 'bytes'),
    end,
  ])
}

/** What an upper layer hides. */
function upperTar(): Buffer {
  return Buffer.concat([
    member({ name: 'data/.wh.gone', uid: '0000007' }),
    directory('data/opaque/'),
    member({ name: 'data/opaque/.wh..wh..opq' }),
    member({ name: 'data/opaque/above' }, 'above'),
    member({ name: 'new/.wh.absent' }),
    end,
    Buffer.alloc(8192),
  ])
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-oci-'))
  layout = new ImageLayout(join(folder, 'layout'))
  store = await openStore(join(folder, 'cache'))
  const releases = join(mirrorFolder, 'v3.19/releases/x86_64')
  const base = (await readdir(releases)).find((name) => name.endsWith('.tar.gz')) ?? ''
  const alpine = await layout.packedLayer(await readFile(join(releases, base)), 'gzip')
  const lower = await layout.layer(lowerTar())
  const upper = await layout.layer(upperTar(), 'zstd')
  const big = await layout.layer(
    Buffer.concat([member({ name: 'big' }, randomBytes(20 * 2 ** 20 + 17)), end]),
    'none',
  )
  const arm = await layout.image({ layers: [upper], architecture: 'arm64', created })
  const make = async (name: string, manifest: Descriptor): Promise<void> => {
    const index = await layout.index({ 'arm64/v8': arm, amd64: manifest })
    made[name] = { index, manifest }
    await layout.tag(name, index)
  }
  const config = { Cmd: ['/bin/busybox', 'ls', '/data'] }
  await make('one', await layout.image({ layers: [alpine, lower, upper], created, config }))
  await make('two', await layout.image({ layers: [alpine, lower, big], created: '2023-01-02T03:04:05Z' }))
  await make('three', await layout.image({ layers: [upper, upper], created }))
  references = Object.entries(made).map(([name, { index }]) =>
    parseImageReference(`registry.example.com/some/${name}:v1@${index.digest}`),
  )
})
afterAll(async () => {
  reader[Symbol.dispose]()
  await rm(folder, { recursive: true })
})

async function theStorage(order = references): Promise<Tree> {
  const images = await loadImages(order, { store, architecture: 'x86_64', openBlob: layout.open })
  return storageTree(images, { at, epoch })
}

async function pack(tree: Tree, file: string): Promise<string> {
  const destination = join(folder, file)
  const parents = ['var', 'var/lib', 'var/lib/containers'] as TreePath[]
  const whole = new Map<TreePath, Entry>(tree)
  for (const path of parents)
    whole.set(path, { type: 'directory', path, mode: 0o755, uid: 0, gid: 0, mtime: epoch })
  await archiveTree(whole, { reader, destination, signal: new AbortController().signal })
  return destination
}

describe('a container storage', () => {
  it('is the same, byte for byte, in any order of images, cold and warm', async () => {
    const cold = await openStore(join(folder, 'another-cache'))
    const images = await loadImages(references, {
      store: cold,
      architecture: 'x86_64',
      openBlob: layout.open,
    })
    const digests = new Set<string>()
    for (const tree of [
      await theStorage(),
      await theStorage(references.toReversed()),
      storageTree(images.toReversed(), { at, epoch }),
    ]) {
      const hash = createHash('sha256')
      await pipeline(createReadStream(await pack(tree, 'again.tar')), hash)
      digests.add(hash.digest('hex'))
    }
    expect([...digests]).toHaveLength(1)
  })

  it('asks for no blob of a layer that was unpacked before', async () => {
    await theStorage()
    const asked: string[] = []
    const openBlob: typeof layout.open = (digest) => {
      asked.push(`sha256:${digest}`)
      return layout.open(digest)
    }
    await loadImages(references, { store, architecture: 'x86_64', openBlob })
    const documents = new Set(
      Object.values(made).flatMap(({ index, manifest }) => [index.digest, manifest.digest]),
    )
    expect(asked.filter((digest) => !documents.has(digest))).toHaveLength(3)
  })

  it('takes the platform that is asked for', async () => {
    const images = await loadImages(references.slice(0, 1), {
      store,
      architecture: 'aarch64',
      openBlob: layout.open,
    })
    expect(images[0]?.layers).toHaveLength(1)
  })

  it('takes no more memory for a layer of 300 MB', async () => {
    const large = new ImageLayout(join(folder, 'large'))
    const part = Buffer.concat([randomBytes(5 * 10 ** 6), Buffer.alloc(5 * 10 ** 6)])
    const members = Array.from({ length: 30 }, (_, i) => member({ name: `part-${i}` }, part))
    const top = await large.image({ layers: [await large.layer(Buffer.concat([...members, end]))] })
    const child = join(import.meta.dirname, 'support/storage-child.ts')
    const args = [child, large.folder, join(folder, 'large-cache'), `example.com/large:1@${top.digest}`]
    const { stdout } = await execa(process.execPath, args, limits)
    expect(Number(stdout) / 1024).toBeLessThan(200)
  })

  it('is found right after a round trip through a tar', async () => {
    const tree = await readTree(await pack(await theStorage(), 'verified.tar'))
    expect(await verifyStorage(tree, references, { at, epoch, open: (entry) => reader.open(entry) })).toEqual(
      [],
    )
  })
})

withTools('for other tools', () => {
  let root = ''
  let theirs = ''

  beforeAll(async () => {
    const archive = await pack(await theStorage(), 'storage.tar')
    await mkdir(join(folder, 'extracted'))
    const flags = ['--xattrs', '--xattrs-include=*', '--numeric-owner', '--same-owner', '-p']
    await execa('tar', [...flags, '-C', join(folder, 'extracted'), '-xf', archive], limits)
    root = join(folder, 'extracted', at)
    theirs = join(folder, 'theirs')
    for (const name of Object.keys(made)) {
      const image = `registry.example.com/some/${name}:v1`
      await skopeo(['copy', `oci:${layout.folder}:${name}`, `${storage(theirs)}${image}`])
    }
  })
  afterAll(async () => {
    // skopeo and podman leave their private bind mount behind.
    for (const one of [root, theirs])
      await execa('umount', [join(one, 'overlay')], { ...limits, reject: false })
  })

  const storage = (graph: string): string => `containers-storage:[overlay@${graph}+${join(folder, 'run')}]`
  const skopeo = (args: string[]) => execa('skopeo', ['--insecure-policy', ...args], limits)
  const podman = (args: string[]) =>
    execa(
      'podman',
      [
        '--root',
        root,
        '--runroot',
        join(folder, 'run'),
        '--tmpdir',
        join(folder, 'tmp'),
        '--storage-driver',
        'overlay',
        '--runtime',
        'runc',
        '--cgroup-manager',
        'cgroupfs',
        '--events-backend',
        'none',
        ...args,
      ],
      limits,
    )

  it('each image is listed with its digest', async () => {
    const { stdout } = await podman([
      'images',
      '--no-trunc',
      '--format',
      '{{.Repository}}:{{.Tag}} {{.Digest}}',
    ])
    expect(stdout.split('\n').sort()).toEqual(
      Object.entries(made)
        .map(([name, { index }]) => `registry.example.com/some/${name}:v1 ${index.digest}`)
        .sort(),
    )
  })

  it.each(['tag', 'digest'])(
    'an image runs by its %s, with the lower layers hidden as they should be',
    async (by) => {
      const name = by === 'tag' ? ':v1' : `@${made['one']?.index.digest}`
      const run = [
        'run',
        '--rm',
        '--pull=never',
        '--network=none',
        '--cgroups=no-conmon',
        '--security-opt=seccomp=unconfined',
        '--ulimit=nofile=64:64',
        '--ulimit=nproc=64:64',
      ]
      const { stdout } = await podman([...run, `registry.example.com/some/one${name}`])
      expect(stdout.split('\n')).toEqual(['keep', 'opaque'])
      const inside = await podman([
        ...run,
        `registry.example.com/some/one${name}`,
        '/bin/busybox',
        'ls',
        '/data/opaque',
      ])
      expect(inside.stdout).toBe('above')
    },
  )

  it.each(['one', 'two', 'three'])(
    '%s keeps its manifests, and its layers come out as they went in',
    async (name) => {
      const { index, manifest } = made[name] as (typeof made)[string]
      const image = `${storage(root)}registry.example.com/some/${name}`
      for (const [suffix, document] of [
        [':v1', manifest],
        [`@${index.digest}`, index],
      ] as const) {
        const raw = await execa('skopeo', ['inspect', '--raw', `${image}${suffix}`], {
          ...limits,
          encoding: 'buffer',
          stripFinalNewline: false,
        })
        expect(Buffer.from(raw.stdout).equals(await layout.read(document.digest))).toBe(true)
        const output = join(folder, `out-${name}`)
        await skopeo(['copy', `${image}${suffix}`, `dir:${output}`])
        const config = JSON.parse(String(await layout.read(manifest.digest))).config.digest
        const { rootfs } = JSON.parse(String(await layout.read(config)))
        const blobs = [config, ...rootfs.diff_ids].map((digest: string) => digest.replace('sha256:', ''))
        expect(new Set(await readdir(output))).toEqual(new Set([...blobs, 'manifest.json', 'version']))
        for (const digest of blobs) {
          const hash = createHash('sha256').update(await readFile(join(output, digest)))
          expect(hash.digest('hex')).toBe(digest)
        }
        await rm(output, { recursive: true })
      }
    },
  )

  it('the layers are extracted as they extract them', async () => {
    const [mine, his] = [await listLayers(root), await listLayers(theirs)]
    expect(Object.keys(mine).length).toBeGreaterThan(500)
    const text = JSON.stringify(mine)
    for (const attribute of ['trusted.overlay.opaque', 'security.capability'])
      expect(text).toContain(attribute)
    expect(mine).toEqual(his)
  })

  it('bsdtar, which WSL imports with, extracts the same layers', async () => {
    const other = join(folder, 'bsdtar')
    await mkdir(other)
    await execa('bsdtar', ['-C', other, '-xpf', join(folder, 'storage.tar')], limits)
    expect(await listLayers(join(other, at))).toEqual(await listLayers(root))
  })

  it('the tar-splits hold the same', async () => {
    const [mine, his] = [await readTarSplits(root), await readTarSplits(theirs)]
    expect(Object.keys(mine)).toHaveLength(6)
    expect(mine).toEqual(his)
  })

  it('the lists of layers and images say the same, but for times, histories and signatures', async () => {
    const layers = async (graph: string) =>
      JSON.parse(String(await readFile(join(graph, 'overlay-layers/layers.json'))))
        .map(withoutReuse)
        .sort((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1))
    expect(await layers(root)).toEqual(await layers(theirs))
    const images = async (graph: string) => {
      const list = JSON.parse(
        String(await readFile(join(graph, 'overlay-images/images.json'))),
        (key, value) =>
          key.startsWith('signature-') || ['names-history', 'metadata', 'names'].includes(key)
            ? undefined
            : Array.isArray(value)
              ? value.filter((item) => item !== undefined && !String(item).startsWith('signature-'))
              : value,
      )
      return list.sort((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1))
    }
    expect(await images(root)).toEqual(await images(theirs))
  })
})

/** skopeo forgets how a layer was compressed when it copies it within a storage, as it does for an image of two. */
function withoutReuse(
  { created: _, ...layer }: Record<string, unknown>,
  _index: number,
  all: Record<string, unknown>[],
): object {
  const blob = 'compressed-diff-digest'
  const isReused = all.filter((other) => other[blob] === layer[blob]).length > 1
  return isReused ? { ...layer, compression: undefined, 'compressed-size': undefined } : layer
}

async function listLayers(graph: string): Promise<Record<string, string>> {
  const { stdout } = await execa('python3', ['-c', python, graph], limits)
  return JSON.parse(stdout)
}

/** Times are left out of what a layer does not name: theirs are when it was extracted. */
const python = `
import hashlib, json, os, stat, sys
found, inodes = {}, {}
for layer in sorted(os.listdir(sys.argv[1] + '/overlay')):
    diff = (sys.argv[1] + '/overlay/' + layer + '/diff').encode()
    if layer == 'l' or not os.path.isdir(diff): continue
    for folder, folders, files in os.walk(diff):
        for name in sorted(folders + files) + ([b''] if folder == diff else []):
            path = os.path.join(folder, name)
            s = os.lstat(path)
            key = layer[:12] + ' ' + os.fsdecode(path[len(diff):]).encode('utf8', 'backslashreplace').decode()
            first = inodes.setdefault(s.st_ino, key) if stat.S_ISREG(s.st_mode) else ''
            text = os.readlink(path) if stat.S_ISLNK(s.st_mode) else b''
            if stat.S_ISREG(s.st_mode): text = hashlib.sha256(open(path, 'rb').read()).digest()
            xattrs = {n: os.getxattr(path, n, follow_symlinks=False).hex() for n in os.listxattr(path, follow_symlinks=False)}
            time = s.st_mtime if stat.S_ISREG(s.st_mode) else ''
            found[key] = json.dumps([oct(s.st_mode), s.st_uid, s.st_gid, s.st_rdev, text.hex(), xattrs, int(time) if time != '' else ''])
print(json.dumps(found))
`

/** By layer, with neighbouring segments joined and paths in one spelling: libraries differ in both. */
async function readTarSplits(graph: string): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {}
  const layers = join(graph, 'overlay-layers')
  for (const name of (await readdir(layers)).filter((one) => one.endsWith('.tar-split.gz'))) {
    const entries: unknown[] = []
    let segment = Buffer.alloc(0)
    const lines = String(gunzipSync(await readFile(join(layers, name))))
      .trimEnd()
      .split('\n')
    for (const line of lines) {
      const entry = JSON.parse(line)
      if (entry.type === 2) segment = Buffer.concat([segment, Buffer.from(entry.payload, 'base64')])
      else {
        const path =
          entry.name === undefined ? (entry.name_raw ?? '') : posix.join('/', entry.name, '.').slice(1)
        entries.push(segment.toString('base64'), [path.replace(/\/$/, ''), entry.size, entry.payload])
        segment = Buffer.alloc(0)
      }
    }
    found[name] = [...entries, segment.toString('base64')]
  }
  return found
}
