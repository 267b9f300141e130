import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../pipeline/test/support/free-port.ts'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { clusterPlaces } from '../src/providers/wsl/cluster-places.ts'
import { type WslProvider, wslProvider } from '../src/providers/wsl/wsl-provider.ts'
import { type SmallRootfs, smallRootfs } from './support/docker-rootfs.ts'
import {
  type Diagnosis,
  knownCluster,
  type Patient,
  patient,
  readyAgentScript,
} from './support/doctor-run.ts'
import { forwardLocalhost } from './support/wsl-double/localhost-forwarding.ts'
import { callWsl } from './support/wsl-double/transcript.ts'
import { type WslDouble, wslDouble, wslDoubleMissing } from './support/wsl-double/wsl-double.ts'

const withDouble = await requirement('the double of WSL', wslDoubleMissing)
const cluster = 'kwsl'

withDouble('doctor, with a double of wsl.exe', () => {
  let double: WslDouble
  let rootfs: SmallRootfs
  let person: Patient
  let provider: WslProvider
  let apiPort: number
  let profile: string
  let root: string

  beforeAll(async () => {
    double = await wslDouble()
    rootfs = await smallRootfs()
    profile = join(double.folder, 'profile')
    await mkdir(profile)
    const variables = { KAWEEZLE_WSL_EXE: double.executable, USERPROFILE: profile }
    person = await patient({ ...variables, KAWEEZLE_PROVIDER: 'wsl' })
    root = join(person.home, 'data')
    provider = wslProvider({ environment: variables, folder: root })
    apiPort = await freePort()
  })
  afterEach(async () => {
    double.faults([])
    double.settings({ flavour: 'store', locale: 'en-US' })
    await rm(join(profile, '.wslconfig'), { force: true })
    for (const name of ['Ubuntu', 'other.rootfs-x']) callWsl(double, ['--unregister', name])
  })
  afterAll(async () => {
    await double?.[Symbol.asyncDispose]()
    await rootfs?.[Symbol.asyncDispose]()
    await person?.[Symbol.asyncDispose]()
  })

  const call = (...args: string[]) => expect(callWsl(double, args).status, args.join(' ')).toBe(0)
  const importForeign = (name: string) => call('--import', name, join(double.folder, name), rootfs.first)
  const inside = (name: string, script: string) => call('-d', name, '--exec', '/bin/sh', '-c', script)
  const blamed = ({ findings }: Diagnosis) =>
    findings.filter(({ verdict }) => verdict !== 'pass').map(({ name }) => name)
  // Offline there is no release; the host of the double may have control groups of version 1.
  const notPlanted = ['release source', 'cgroups']
  const planted = (found: Diagnosis) => blamed(found).filter((name) => !notPlanted.includes(name))

  test('a Windows without anything of ours is well, and nothing is started to find that out', async () => {
    importForeign('Ubuntu')
    await double.forgetCalls()
    expect(planted(await person.doctor())).toEqual([])
    const verbs = (await double.calls()).map(({ args }) => args[0])
    expect(new Set(verbs)).toEqual(new Set(['--status', '-l', '--version']))
    expect(await double.running()).toEqual([])
  })

  test('a running cluster without a fault passes', async () => {
    await provider.importRootfs(cluster, 'one', rootfs.first)
    await provider.activate(cluster, 'one')
    await using _ = forwardLocalhost(double, apiPort)
    await provider.start(cluster, { apiPort })
    await person.know(knownCluster('wsl', apiPort))
    inside(cluster, readyAgentScript)
    const found = await person.doctor()
    // The context is only put there by a start.
    expect(planted(found)).toEqual(['kubeconfig'])
    for (const name of ['clock', 'DNS', 'data', 'iknite', `API port ${apiPort}`, 'WSL leftovers'])
      expect(found.of(name), name).toMatchObject({ verdict: 'pass' })
  })

  test('a port of Windows that leads nowhere is found', async () => {
    const found = (await person.doctor()).of(`API port ${apiPort}`)
    expect(found).toMatchObject({ verdict: 'warn', hint: expect.stringContaining('wsl --shutdown') })
  })

  test('what is wrong inside is found all at once', async () => {
    inside(
      cluster,
      `printf '#!/bin/sh\\necho 4000000000\\n' >/usr/local/bin/date && chmod +x /usr/local/bin/date
       rm -f /etc/resolv.conf; echo 'nameserver 127.0.0.1' >/etc/resolv.conf
       umount /var/lib/kaweezle
       echo 'exit 3' >/usr/bin/iknite`,
    )
    const found = await person.doctor()
    expect(found.of('clock')).toMatchObject({ verdict: 'fail', message: expect.stringContaining('ahead') })
    expect(found.of('DNS')).toMatchObject({ verdict: 'warn' })
    expect(found.of('data')).toMatchObject({ verdict: 'fail' })
    expect(found.of('iknite')).toMatchObject({ verdict: 'fail' })
    await provider.stop(cluster)
  })

  test.each([
    [{ flavour: 'inbox' } as const, 'WSL version', 'warn', /Windows/],
    [{ flavour: 'stub' } as const, 'provider wsl', 'fail', /not installed/],
  ])('of the WSL %j it is told', async (settings, name, verdict, words) => {
    double.settings({ ...settings, locale: 'zh-CN' })
    const found = (await person.doctor()).of(name)
    expect(found).toMatchObject({ verdict, message: expect.stringMatching(words), hint: expect.any(String) })
  })

  test('a WSL that is too old is found', async () => {
    double.faults([{ verb: 'version', action: 'fail', status: 0, times: 9, text: 'WSL-Version: 1.2.5.0\n' }])
    const found = (await person.doctor()).of('WSL version')
    expect(found).toMatchObject({ verdict: 'warn', message: expect.stringContaining('1.2.5.0') })
  })

  test('virtualisation that is off is found by the address that WSL gives, in any language', async () => {
    const text = 'Bitte aktivieren: https://aka.ms/enablevirtualization\n'
    double.faults([{ verb: 'status', action: 'fail', status: 0, times: 9, text }])
    const found = (await person.doctor()).of('virtualisation')
    expect(found).toMatchObject({ verdict: 'fail', hint: expect.stringContaining('firmware') })
  })

  test.each([
    ['Wsl/Service/CreateInstance/CreateVm/HCS/HCS_E_HYPERV_NOT_INSTALLED', 'firmware'],
    ['Wsl/Service/CreateInstance/CreateVm/HCS/ERROR_NOT_SUPPORTED', 'firmware'],
    ['Wsl/WSL_E_VIRTUAL_MACHINE_PLATFORM_REQUIRED', '--no-distribution'],
    ['Wsl/Service/HCS_E_SERVICE_NOT_AVAILABLE', 'WslService'],
  ])('%s is told with what to do', async (code, hint) => {
    double.faults([{ verb: 'status', action: 'fail', times: 9, text: 'Nein.', code }])
    const found = (await person.doctor()).of('provider wsl')
    expect(found).toMatchObject({ verdict: 'fail', hint: expect.stringContaining(hint) })
  })

  test('a setting of the user that keeps Windows from the API server is found, and left alone', async () => {
    await writeFile(join(profile, '.wslconfig'), '[wsl2]\r\nlocalhostForwarding=false\r\n')
    const found = (await person.doctor()).of('.wslconfig')
    expect(found).toMatchObject({ verdict: 'fail', message: expect.stringContaining('localhostForwarding') })
  })

  test('a distribution that has the port of the API server is found by its name', async () => {
    importForeign('Ubuntu')
    inside('Ubuntu', 'nc -l -p 6443 >/dev/null 2>&1 </dev/null & sleep 0.3')
    const found = (await person.doctor()).of('shared ports')
    expect(found).toMatchObject({
      verdict: 'warn',
      message: 'port 6443 is taken by the distribution Ubuntu',
    })
  })

  test('another cluster that runs is found, with what stops it', async () => {
    await provider.importRootfs('other', 'one', rootfs.second)
    await provider.activate('other', 'one')
    await provider.start('other', { apiPort: await freePort() })
    const found = await person.doctor()
    expect(found.of('shared ports')).toMatchObject({
      verdict: 'warn',
      hint: expect.stringContaining('kaweezle stop --name other'),
    })
    expect(found.of('other clusters')).toMatchObject({ verdict: 'warn' })
    await provider.remove('other')
  })

  test('a part of ours that has become the default distribution is found', async () => {
    call('--set-default', 'kwsl.data')
    const found = (await person.doctor()).of('default distribution')
    expect(found).toMatchObject({ verdict: 'warn', message: expect.stringContaining('kwsl.data') })
    call('--set-default', 'kwsl')
  })

  test('what killed runs have left is found: distributions, folders and files', async () => {
    const places = clusterPlaces(root, cluster)
    importForeign('other.rootfs-x')
    await mkdir(places.check('y').folder)
    await copyFile(rootfs.first, `${places.tarball('z')}.part`)
    const found = (await person.doctor()).of('WSL leftovers')
    expect(found).toMatchObject({
      verdict: 'warn',
      hint: expect.stringContaining('wsl --unregister other.rootfs-x'),
    })
    expect(found?.message).toContain(places.check('y').folder)
    expect(found?.message).toContain('z.tar.gz.part')
    await rm(places.check('y').folder, { recursive: true })
    await rm(`${places.tarball('z')}.part`)
  })

  test('a distribution of the user with a name like ours is none of our business', async () => {
    importForeign('notes.data')
    expect((await person.doctor()).of('WSL leftovers')).toMatchObject({ verdict: 'pass' })
    call('--set-default', 'notes.data')
    expect((await person.doctor()).of('default distribution')).toMatchObject({ verdict: 'pass' })
    call('--unregister', 'notes.data')
  })

  test('data whose distribution was removed by hand are found', async () => {
    call('--unregister', 'kwsl.data')
    const found = (await person.doctor()).of('machine of kwsl')
    expect(found).toMatchObject({ verdict: 'fail', message: 'its data are gone' })
  })

  test('a wsl.exe that is not there is the one fault of the provider', async () => {
    const found = await person.doctor({ KAWEEZLE_WSL_EXE: '/nowhere/wsl.exe' })
    expect(found.status).toBe(1)
    expect(blamed(found)).toEqual(['provider wsl', 'release source'])
  })
})
