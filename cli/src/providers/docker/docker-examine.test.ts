import type { ContainerInfo, ImageInfo, VolumeInspectInfo } from 'dockerode'
import { expect, test } from 'vitest'
import { cgroupsOf, type DockerInfo, resourcesOf, storageOf } from './docker-examine.ts'
import { leftoversOf } from './docker-leftovers.ts'
import { labelOf, labels, type Role } from './docker-names.ts'

const rootless = ['name=seccomp,profile=builtin', 'name=rootless', 'name=cgroupns']

test.each<[string, DockerInfo, string, RegExp]>([
  ['of version 2', { CgroupVersion: '2', MemoryLimit: true, CPUShares: true, PidsLimit: true }, 'pass', /2/],
  ['of Podman, which tells less', { CgroupVersion: '2' }, 'pass', /2/],
  ['of version 1', { CgroupVersion: '1' }, 'warn', /version 1/],
  ['without memory', { CgroupVersion: '2', MemoryLimit: false }, 'fail', /for memory$/],
  ['without two of them', { CPUShares: false, PidsLimit: false }, 'fail', /cpu, pids/],
  ['that are none at all', { CgroupDriver: 'none', CgroupVersion: '2' }, 'fail', /no control groups$/],
])('control groups %s are told', (_, info, verdict, words) => {
  expect(cgroupsOf(info)).toMatchObject({ verdict, message: expect.stringMatching(words) })
})

test('a daemon without root is told how controllers are delegated to it', () => {
  const found = cgroupsOf({ CgroupDriver: 'none', SecurityOptions: rootless })
  expect(found).toMatchObject({ verdict: 'fail', hint: expect.stringContaining('Delegate') })
  expect(cgroupsOf({ MemoryLimit: false }).hint).not.toContain('Delegate')
})

test.each<[DockerInfo, readonly string[]]>([
  [{ MemTotal: 8e9, NCPU: 4 }, ['pass', 'pass']],
  [{ MemTotal: 1.9e9, NCPU: 2 }, ['warn', 'pass']],
  [{ MemTotal: 1.7e9, NCPU: 1 }, ['fail', 'fail']],
  [{}, []],
])('of %j it is told whether kubeadm is content', (info, verdicts) => {
  const found = resourcesOf(info)
  expect(found.map(({ verdict }) => verdict)).toEqual(verdicts)
  expect(found.every(({ verdict, hint }) => (hint === undefined) === (verdict === 'pass'))).toBe(true)
})

test.each<[DockerInfo, string]>([
  [
    {
      Driver: 'overlay2',
      DriverStatus: [
        ['Backing Filesystem', 'extfs'],
        ['Supports d_type', 'true'],
      ],
    },
    'pass',
  ],
  [
    {
      Driver: 'overlay2',
      DriverStatus: [
        ['Backing Filesystem', 'xfs'],
        ['Supports d_type', 'false'],
      ],
    },
    'fail',
  ],
  [{ Driver: 'zfs' }, 'warn'],
  [{ Driver: 'vfs', DriverStatus: null }, 'warn'],
  [{}, 'pass'],
])('the storage %j is a matter of %s', (info, verdict) => {
  expect(storageOf(info)).toMatchObject({ verdict })
})

const container = (name: string, role: Role, volume?: string) =>
  ({
    Names: [`/${name}`],
    Labels: labels('kwsl', role),
    Mounts: volume === undefined ? [] : [{ Name: volume }],
  }) as unknown as ContainerInfo
const volume = (Name: string, role: Role, snapshot?: string) =>
  ({
    Name,
    Labels: labels('kwsl', role, snapshot ? { [labelOf.snapshot]: snapshot } : {}),
  }) as VolumeInspectInfo
const image = (tag: string | undefined, rootfs: string) =>
  ({
    Id: `sha256:${rootfs}`,
    RepoTags: tag === undefined ? null : [tag],
    Labels: labels('kwsl', 'rootfs', { [labelOf.rootfs]: rootfs }),
  }) as unknown as ImageInfo

const whole = {
  containers: [container('kaweezle-kwsl', 'machine', 'kaweezle-kwsl.containers.1')],
  volumes: [
    volume('kaweezle-kwsl.data', 'data'),
    volume('kaweezle-kwsl.containers.1', 'containers'),
    volume('kaweezle-kwsl.snapshot.s', 'snapshot', 's'),
    volume('kaweezle-kwsl.snapshot.s.whole', 'snapshot-whole', 's'),
  ],
  images: [image('localhost/kaweezle/kwsl:r1', 'r1')],
}

test('what belongs to a machine is nothing left over', () => {
  expect(leftoversOf(whole)).toEqual([])
  const renamed = [container('kaweezle-kwsl.next', 'machine', 'kaweezle-kwsl.containers.1')]
  expect(leftoversOf({ ...whole, containers: renamed })).toEqual([])
})

test('all that killed runs leave is found, each with its removal', () => {
  const found = leftoversOf({
    containers: [
      ...whole.containers,
      container('kaweezle-kwsl.next', 'machine', 'kaweezle-kwsl.containers.1'),
      container('kaweezle-kwsl.helper', 'helper'),
    ],
    volumes: [
      ...whole.volumes,
      volume('kaweezle-kwsl.snapshot.t', 'snapshot', 't'),
      volume('kaweezle-kwsl.containers.2', 'containers'),
    ],
    images: [...whole.images, image('kaweezle/kwsl:r2.draft', 'r2'), image(undefined, 'r3')],
  })
  expect(found.map(({ removal }) => removal)).toEqual([
    'docker rm --force kaweezle-kwsl.next',
    'docker rm --force kaweezle-kwsl.helper',
    'docker volume rm kaweezle-kwsl.snapshot.t',
    'docker volume rm kaweezle-kwsl.containers.2',
    'docker image rm kaweezle/kwsl:r2.draft',
    'docker image rm sha256:r3',
  ])
})
