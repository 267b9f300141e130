import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeMissing } from '../../agent/test/support/node-rootfs.ts'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { runJourney } from './support/journey.ts'
import { type WslUserHost, wslHost } from './support/journey-hosts.ts'
import type { Journey } from './support/open-journey.ts'
import { eventually } from './support/wsl-double/eventually.ts'
import { callWsl } from './support/wsl-double/transcript.ts'
import { type WslDouble, wslDoubleMissing } from './support/wsl-double/wsl-double.ts'

const withNode = await requirement(
  'a double of WSL and a node',
  async () => (await wslDoubleMissing()) ?? (await nodeMissing()),
)

const refusal = /the data of the cluster kwsl are not mounted.+kaweezle start --name kwsl/s

withNode('a user with WSL', () => {
  runJourney(wslHost, { installed: testManualWay, running: testUnmounted })
})

/** As whoever types it at a prompt. */
function type(double: WslDouble, ...words: string[]) {
  const { status, stdout, stderr } = callWsl(double, words)
  return { status, said: `${stdout}${stderr}` }
}

function testManualWay(journey: () => Journey<WslUserHost>): void {
  test('the manual way of the README makes a cluster too', () => {
    const { double } = journey().host
    const succeeds = (...words: string[]) => {
      const { status, said } = type(double, ...words)
      expect(status, `wsl ${words.join(' ')}\n${said}`).toBe(0)
      return said
    }
    succeeds('--import', 'manual', join(double.folder, 'manual'), journey().releases.tarball)
    expect(succeeds('-d', 'manual', 'iknite', 'start')).toContain('is ready')
    expect(succeeds('-d', 'manual', 'kubectl', 'get', 'nodes')).toMatch(/ Ready /)
    expect(succeeds('-d', 'manual', 'iknite', 'kubeconfig')).toContain('kind: Config')
    succeeds('--unregister', 'manual')
    succeeds('--install', '--from-file', journey().releases.tarball, '--name', 'manual', '--no-launch')
    expect(succeeds('-d', 'manual', 'iknite', 'version')).toContain('iknite ')
    succeeds('--unregister', 'manual')
    succeeds('--shutdown')
  }, 600_000)

  test('one that is installed and not started is not begun by hand without its data', () => {
    const { double } = journey().host
    expect(type(double, '-d', 'kwsl', 'iknite', 'start')).toEqual({
      status: 1,
      said: expect.stringMatching(refusal),
    })
  })
}

/** Whoever types `wsl -d` starts the distribution, and mounts nothing. */
function testUnmounted(journey: () => Journey<WslUserHost>): void {
  const bootLogs = [
    ['/var/log/kubelet/kubelet.log', /unable to load bootstrap kubeconfig/],
    ['/var/log/iknite.log', refusal],
  ] as const

  test('a cluster that lost power is not begun anew without its data, by a boot or by hand', async () => {
    const { host, user } = journey()
    const inside = (...words: string[]) => type(host.double, '-d', 'kwsl', ...words)
    // The service that makes a boot bring up a cluster.
    await user.succeeds('exec', 'rc-update', 'add', 'iknite', 'default')
    await host.restart()
    for (const words of ['start', 'prepare', 'reset', 'reset --keep-data', 'status'])
      expect(inside('iknite', ...words.split(' ')), words).toEqual({
        status: 1,
        said: expect.stringMatching(refusal),
      })
    for (const [log, pattern] of bootLogs)
      await eventually(() => pattern.test(inside('tail', '-n', '3', log).said) || undefined)
    expect(inside('iknite', 'stop')).toMatchObject({ status: 0 })
    expect(inside('find', '/var/lib/kaweezle', '-mindepth', '1')).toEqual({ status: 0, said: '' })
    await user.succeeds('start')
    expect(await user.kubectl('get', 'configmap', 'note', '-o', 'jsonpath={.data.text}')).toBe('mine')
  }, 600_000)
}
