import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectlBinary, kubectlMissing } from '../../../../pipeline/test/support/kubectl.ts'
import { requirement } from '../../../../pipeline/test/support/requirement.ts'
import { createCluster, type TestCluster } from './cluster.fixture.ts'
import { fakeKubelet } from './fake-kubelet.fixture.ts'

const withKubectl = await requirement('the genuine kubectl', kubectlMissing)
const base = fileURLToPath(new URL('fixtures/base', import.meta.url))
const pool = fileURLToPath(new URL('fixtures/pool', import.meta.url))
const apply = ['apply', '--server-side', '--field-manager=iknite', '--force-conflicts', '-k']

withKubectl('the genuine kubectl and the doubles', () => {
  let cluster: TestCluster
  let home: string
  let kubectlPath: string
  const stop = new AbortController()
  let kubelet: Promise<void> = Promise.resolve()

  const run = (...argv: string[]) => {
    const env = { KUBECONFIG: cluster.kubeconfig, HOME: home }
    return execa(kubectlPath, argv, { env, reject: false, timeout: 30_000 })
  }
  const kubectl = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await run(...argv)
    expect(exitCode, `${argv.join(' ')}: ${stderr}`).toBe(0)
    return stdout
  }
  const versions = () =>
    kubectl(
      'get',
      'ns,crd,deploy,ds,cm,svc',
      '-A',
      '-o',
      'jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.generation}/{.metadata.uid} {end}',
    )

  beforeAll(async () => {
    kubectlPath = await kubectlBinary()
    home = await mkdtemp(join(tmpdir(), 'kaweezle-kubectl-home-'))
    cluster = await createCluster()
    await cluster.start()
  })

  afterAll(async () => {
    stop.abort()
    await kubelet
    await cluster.remove()
    await rm(home, { recursive: true })
  })

  test('a cluster has its four namespaces and says its version', async () => {
    expect(await kubectl('get', 'namespaces', '-o', 'name')).toBe(
      'namespace/default\nnamespace/kube-node-lease\nnamespace/kube-public\nnamespace/kube-system',
    )
    expect(await kubectl('version')).toContain('Server Version: v1.35.0')
    expect(await kubectl('get', '--raw', '/readyz?verbose')).toContain('readyz check passed')
  })

  test('pods wait for a node, and those on the network of the host for none', async () => {
    await kubectl(...apply, base)
    await expect
      .poll(() => kubectl('get', 'pods', '-n', 'demo', '--no-headers'))
      .toMatch(/web-\S+ +0\/1 +Pending/)
    const conditions = 'jsonpath={.items[*].status.conditions[?(@.type=="PodScheduled")].reason}'
    await expect.poll(() => kubectl('get', 'pods', '-n', 'demo', '-o', conditions)).toContain('Unschedulable')
  })

  test('a custom resource is refused until its webhook has somebody to answer', async () => {
    const { exitCode, stderr } = await run(...apply, pool)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      'failed calling webhook "pools.metallb.io": failed to call webhook: Post "https://hook.demo.svc:443',
    )
    expect(stderr).toContain('InternalError')
    kubelet = fakeKubelet(cluster.kubeconfig, stop.signal)
    await kubectl('wait', '-n', 'demo', '--for=condition=Available', 'deploy/web', '--timeout=20s')
    expect(await kubectl(...apply, pool)).toBe('pool.metallb.io/first serverside-applied')
    expect(await kubectl('get', 'pools', '-A', '-o', 'name')).toBe('pool.metallb.io/first')
  })

  test('workloads become ready by the controllers, and kubectl sees it', async () => {
    await kubectl('wait', '-n', 'demo', '--for=condition=complete', 'job/once', '--timeout=20s')
    for (const workload of ['deploy/web', 'ds/agent', 'sts/db'])
      await kubectl('rollout', 'status', '-n', 'demo', workload, '--timeout=20s')
    const pods = await kubectl('get', 'pods', '-A')
    expect(pods).toMatch(/demo +web-\S+ +1\/1 +Running/)
    expect(pods).toMatch(/demo +once-\S+ +0\/1 +Completed/)
    expect(await kubectl('get', 'nodes', '--no-headers')).toMatch(/^kwsl +Ready/)
  })

  test('the same applied again changes nothing, not even a version', async () => {
    const version = [
      'get',
      'deploy/web',
      'ds/agent',
      '-n',
      'demo',
      '-o',
      'jsonpath={.items[*].metadata.resourceVersion}',
    ]
    const before = await kubectl(...version)
    await kubectl(...apply, base)
    expect(await kubectl(...version)).toBe(before)
    const fields = ['get', 'cm', 'settings', '-n', 'demo', '--show-managed-fields', '-o', 'json']
    const { metadata } = JSON.parse(await kubectl(...fields))
    expect(metadata.managedFields).toMatchObject([{ manager: 'iknite', operation: 'Apply' }])
  })

  test('a rollout restart replaces every pod', async () => {
    const names = () => kubectl('get', 'pods', '-n', 'demo', '-l', 'app in (web, agent)', '-o', 'name')
    const before = (await names()).split('\n')
    await kubectl('rollout', 'restart', '-n', 'demo', 'deploy/web', 'ds/agent')
    await kubectl('rollout', 'status', '-n', 'demo', 'deploy/web', '--timeout=20s')
    await kubectl('rollout', 'status', '-n', 'demo', 'ds/agent', '--timeout=20s')
    await expect
      .poll(async () => (await names()).split('\n').filter((name) => before.includes(name)))
      .toEqual([])
  })

  test('a watch shows a change as it happens', async () => {
    const env = { KUBECONFIG: cluster.kubeconfig, HOME: home }
    const watch = execa(kubectlPath, ['get', 'cm', '-n', 'demo', '-w', '-o', 'name'], { env, reject: false })
    for (let count = 0; count < 3; count++) {
      await kubectl('create', 'configmap', `made-${count}`, '-n', 'demo', '--from-literal=colour=red')
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    watch.kill()
    expect((await watch).stdout).toContain('configmap/made-2')
    expect(await kubectl('get', 'cm', 'made-1', '-n', 'demo', '-o', 'jsonpath={.data.colour}')).toBe('red')
  })

  test('everything is there again after all programs were killed', async () => {
    const before = await versions()
    await cluster.kill('SIGKILL')
    await cluster.start()
    expect(await versions()).toBe(before)
    expect(before).toContain('Deployment/web=')
  })

  test('a deleted namespace takes along what is in it', async () => {
    await kubectl('delete', 'namespace', 'demo', '--timeout=20s')
    expect(await kubectl('get', 'pods,deploy,cm', '-n', 'demo')).toBe('')
    expect((await run('get', 'namespace', 'demo')).stderr).toContain('namespaces "demo" not found')
  })

  test('all programs end well when told to', async () => {
    const db = join(cluster.folder, 'etcd/member/snap/db')
    const statuses = await cluster.kill('SIGTERM')
    expect(statuses).toEqual({
      etcd: 0,
      'kube-apiserver': 0,
      'kube-controller-manager': 0,
      'kube-scheduler': 0,
    })
    const bytes = await readFile(db)
    await cluster.start(['etcd'])
    await new Promise((resolve) => setTimeout(resolve, 500))
    await cluster.kill('SIGKILL')
    expect((await readFile(db)).equals(bytes)).toBe(true)
  })
})
