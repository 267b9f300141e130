import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { labelOf, labels } from '../src/providers/docker/docker-names.ts'
import { startTestDaemon, type TestDaemon, testDaemonMissing } from './support/docker-daemon.ts'
import { worldOf } from './support/docker-world.ts'
import {
  type Diagnosis,
  knownCluster,
  type Patient,
  patient,
  readyAgentScript,
} from './support/doctor-run.ts'
import type { ContractWorld } from './support/provider-contract.ts'

const withDocker = await requirement('Docker', testDaemonMissing)
const cluster = 'kwsl'

withDocker('doctor, with a daemon whose disk is small', () => {
  let daemon: TestDaemon
  let world: ContractWorld
  let person: Patient
  let apiPort: number

  beforeAll(async () => {
    daemon = await startTestDaemon({ dataSize: '200m' })
    world = await worldOf(daemon)
    person = await patient({ DOCKER_HOST: daemon.host, KAWEEZLE_PROVIDER: 'docker' })
    apiPort = await world.freePort()
  })
  afterAll(async () => {
    for (const name of (await world?.provider.list()) ?? []) await world.provider.remove(name)
    await person?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  async function sh(script: string): Promise<string> {
    const argv = ['/bin/sh', '-c', script] as const
    const { status, stdout, stderr } = await world.provider.exec(cluster, argv, { timeLimit: 30_000 })
    expect(status, stderr).toBe(0)
    return stdout
  }

  const blamed = ({ findings }: Diagnosis) =>
    findings.filter(({ verdict }) => verdict !== 'pass').map(({ name }) => name)

  // No release can be found offline; this machine may have control groups of version 1, or vfs.
  const notPlanted = ['Docker cgroups', 'Docker storage', 'disk space of docker', 'release source']

  test('a daemon without anything of ours is well, but for its disk', async () => {
    const found = await person.doctor()
    expect(blamed(found).filter((name) => !notPlanted.includes(name))).toEqual([])
    expect(found.of('provider docker')).toMatchObject({ verdict: 'pass' })
    expect(found.of('Docker memory')).toBeDefined()
  })

  test('a running cluster without a fault passes, but for the full disk', async () => {
    await world.provider.importRootfs(cluster, 'one', world.first)
    await world.provider.activate(cluster, 'one')
    await world.provider.start(cluster, { apiPort })
    await person.know(knownCluster('docker', apiPort))
    await sh(readyAgentScript)
    const found = await person.doctor()
    expect(found.of('disk space of docker')).toMatchObject({
      verdict: 'fail',
      hint: expect.stringContaining('room'),
    })
    expect(found.status).toBe(1)
    // The context is only put there by a start.
    expect(blamed(found).filter((name) => !notPlanted.includes(name))).toEqual(['kubeconfig'])
    for (const name of ['clock', 'DNS', 'cgroups', 'data', 'iknite', `API port ${apiPort}`])
      expect(found.of(name), name).toMatchObject({ verdict: 'pass' })
  })

  test('what is wrong inside is found all at once', async () => {
    await sh(`
      printf '#!/bin/sh\\necho 1000000000\\n' >/usr/local/bin/date && chmod +x /usr/local/bin/date
      echo 'nameserver 127.0.0.53' >/etc/resolv.conf
      echo 'exit 3' >/usr/bin/iknite
      umount /var/lib/kaweezle
      umount -l /sys/fs/cgroup/memory 2>/dev/null || {
        echo 'cpu pids' >/tmp/controllers
        mount --bind /tmp/controllers /sys/fs/cgroup/cgroup.controllers
      }
    `)
    const found = await person.doctor()
    expect(found.of('clock')).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('behind'),
    })
    expect(found.of('DNS')).toMatchObject({
      verdict: 'warn',
      message: expect.stringContaining('127.0.0.53'),
    })
    expect(found.of('data')).toMatchObject({ verdict: 'fail' })
    expect(found.of('iknite')).toMatchObject({ verdict: 'fail' })
    expect(found.of('cgroups')).toMatchObject({ verdict: 'fail', message: expect.stringMatching(/memory$/) })
  })

  test('what killed runs have left is found, and its advice removes it', async () => {
    const { docker } = daemon
    await docker.createVolume({
      Name: 'kaweezle-kwsl.snapshot.x',
      Labels: labels(cluster, 'snapshot', { [labelOf.snapshot]: 'x' }),
    })
    const [image] = await docker.listImages()
    await docker.createContainer({
      name: 'kaweezle-kwsl.helper',
      Image: image?.Id ?? '',
      Cmd: ['true'],
      Labels: labels(cluster, 'helper'),
    })
    const found = (await person.doctor()).of('Docker leftovers')
    expect(found).toMatchObject({
      verdict: 'warn',
      message: expect.stringContaining('kaweezle-kwsl.helper'),
      hint: expect.stringContaining('`docker volume rm kaweezle-kwsl.snapshot.x`'),
    })
    await docker.getContainer('kaweezle-kwsl.helper').remove({ force: true })
    await docker.getVolume('kaweezle-kwsl.snapshot.x').remove()
    expect((await person.doctor()).of('Docker leftovers')).toMatchObject({ verdict: 'pass' })
  })

  test('a half restored copy of the data is found', async () => {
    const name = 'kaweezle-kwsl.restoring'
    await daemon.docker.createVolume({
      Name: name,
      Labels: labels(cluster, 'restoring', { [labelOf.snapshot]: 'x' }),
    })
    expect((await person.doctor()).of('Docker data')).toMatchObject({ verdict: 'fail' })
    await daemon.docker.getVolume(name).remove()
  })

  test('a port that another program has taken is found while the machine is stopped', async () => {
    await world.provider.stop(cluster)
    const server = createServer().listen(apiPort, '127.0.0.1')
    await once(server, 'listening')
    expect((await person.doctor()).of(`API port ${apiPort}`)).toMatchObject({ verdict: 'fail' })
    server.close()
  })

  test('a machine that was removed by hand is found, and a cluster of which no state tells', async () => {
    await daemon.docker.getContainer('kaweezle-kwsl').remove({ force: true })
    await world.provider.importRootfs('other', 'one', world.second)
    const found = await person.doctor()
    expect(found.of('machine of kwsl')).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('gone'),
    })
    expect(found.of('other clusters')).toMatchObject({
      verdict: 'warn',
      hint: expect.stringContaining('uninstall --name other'),
    })
  })

  test('what is wrong with files of the host is found all at once, and no file is changed', async () => {
    const states = join(person.home, 'clusters')
    const lock = { program: 'kaweezle', id: '0123456789abcdef', pid: 2 ** 22 + 1, host: hostname() }
    await writeFile(join(states, 'kwsl.lock'), JSON.stringify(lock))
    await writeFile(join(states, 'kwsl/state.json'), '{')
    await writeFile(person.kubeconfig, 'clusters: 7\n')
    const found = await person.doctor({ HTTPS_PROXY: 'proxy' })
    expect(found.of('state')).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('state.json'),
    })
    expect(found.of('locks')).toMatchObject({
      verdict: 'warn',
      message: expect.stringContaining('kwsl.lock'),
    })
    expect(found.of('kubeconfig')).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining(':1: '),
    })
    expect(found.of('proxies')).toMatchObject({ verdict: 'fail' })
    expect(await readFile(person.kubeconfig, 'utf8')).toBe('clusters: 7\n')
    await person.know(knownCluster('docker', apiPort))
    await rm(join(states, 'kwsl.lock'))
    await writeFile(person.kubeconfig, '')
  })

  test('a daemon that is away is the one fault of the provider, and the rest is looked at', async () => {
    const found = await person.doctor({ DOCKER_HOST: 'unix:///nowhere/docker.sock' })
    expect(found.of('provider docker')).toMatchObject({
      verdict: 'fail',
      hint: expect.stringContaining('Start Docker'),
    })
    expect(blamed(found)).toEqual(['provider docker', 'release source'])
    expect(found.of('proxies')).toMatchObject({ verdict: 'pass' })
  })

  test('a daemon that is too old is refused, with what to install', async () => {
    const path = join(person.home, 'old.sock')
    const version = { Version: '19.03.1', ApiVersion: '1.40', Os: 'linux', Arch: 'amd64' }
    const server = createServer((_, response) => response.end(JSON.stringify(version))).listen(path)
    await once(server, 'listening')
    const found = await person.doctor({ DOCKER_HOST: `unix://${path}` })
    expect(found.of('provider docker')).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('too old'),
      hint: expect.stringContaining('20.10'),
    })
    server.close()
  })
})
