import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { call, machinery, said, started } from './program.fixture.ts'

test('list shows every cluster, those that only a provider knows too', async () => {
  const on = await started()
  on.provider.list = async () => ['kaweezle', 'stranger']
  const { stdout } = await call('list', on)
  expect(stdout).toBe(
    [
      'NAME      STATE    RELEASE  PROVIDER  SERVER',
      'kaweezle  running  1.0.0    docker    https://127.0.0.1:6443',
      'stranger  unknown  -        docker    -',
      '',
    ].join('\n'),
  )
  expect(JSON.parse((await call('list -o json', on)).stdout).clusters).toHaveLength(2)
})

test('list of no clusters is an empty list, and works without a provider', async () => {
  const on = machinery()
  on.isDockerUsable = false
  expect(JSON.parse((await call('list -o json', on)).stdout)).toEqual({ clusters: [] })
  expect((await call('list', on)).stdout).toContain('kaweezle start')
})

test('a damaged cluster hides no other from list, and is not overwritten by start', async () => {
  const on = await started()
  const { mkdir, readFile, writeFile } = await import('node:fs/promises')
  await mkdir(`${on.home}/clusters/bad`, { recursive: true })
  await writeFile(`${on.home}/clusters/bad/state.json`, '{')
  const { stdout, stderr, status } = await call('list', on)
  expect(status).toBe(0)
  expect(stdout).toMatch(/^bad +damaged/m)
  expect(stderr).toContain('is not JSON')
  const start = await call('start --name bad', on)
  expect(start).toMatchObject({ status: 1, stderr: expect.stringContaining('kaweezle uninstall --name bad') })
  expect(await readFile(`${on.home}/clusters/bad/state.json`, 'utf8')).toBe('{')
})

test('exec passes the words on as they are, and the exit status back', async () => {
  const on = await started()
  const first = await call(['exec', 'kubectl', 'get', 'nodes', '-o', 'json', '--name', 'x'], on)
  expect(first).toMatchObject({ status: 7, stdout: '' })
  await call(['exec', '--name', 'kaweezle', '--', '--version', "a b'c"], on)
  expect(on.attached).toEqual([
    ['kubectl', 'get', 'nodes', '-o', 'json', '--name', 'x'],
    ['--version', "a b'c"],
  ])
})

test('exec -o json has the output in the document', async () => {
  const on = await started()
  on.inside.set('uname -r', said('6.6\n', 3))
  const { status, stdout } = await call(['exec', '-o', 'json', '--', 'uname', '-r'], on)
  expect(status).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({ status: 3, stdout: '6.6\n' })
})

test.each(['exec ls', 'kubeconfig', 'logs', 'logs --follow'])('%s needs a running cluster', async (line) => {
  const on = await started()
  await call('stop', on)
  const { status, stderr } = await call(line, on)
  expect(status).toBe(1)
  expect(stderr).toContain('error: the cluster kaweezle is not running\nhint: Run `kaweezle start')
})

test('kubeconfig prints one that leads to this machine, and changes no file', async () => {
  const { stdout } = await call('kubeconfig', await started())
  const document = parse(stdout)
  expect(document).toMatchObject({
    'current-context': 'kaweezle',
    clusters: [{ name: 'kaweezle', cluster: { server: 'https://127.0.0.1:6443' } }],
    users: [{ name: 'kaweezle' }],
    contexts: [{ name: 'kaweezle', context: { cluster: 'kaweezle', user: 'kaweezle' } }],
  })
  expect(document.users[0].user).toHaveProperty('client-key-data')
})

test('logs shows what there is of both logs, with control characters escaped', async () => {
  const on = await started()
  on.inside.set('tail -n 200 /var/log/iknite.log', said('one\n\x1b[2Jtwo\n'))
  on.inside.set('tail -n 200 /var/log/kubelet/kubelet.log', said('', 1))
  expect((await call('logs', on)).stdout).toBe('==> /var/log/iknite.log <==\none\n\\x1b[2Jtwo\n')
  on.inside.set('tail -n 5 /var/log/iknite.log', said('two\n'))
  expect(JSON.parse((await call('logs --lines 5 -o json', on)).stdout).logs[0]).toEqual({
    path: '/var/log/iknite.log',
    lines: ['two'],
  })
})

test('logs --follow writes lines as they come', async () => {
  const on = await started()
  on.inside.set('tail -n 200 -F /var/log/iknite.log /var/log/kubelet/kubelet.log', said('one\ntwo'))
  expect((await call('logs -f', on)).stdout).toBe('one\ntwo\n')
})

test.each([
  ['logs --lines 0', '--lines cannot be'],
  ['logs --lines many', '--lines cannot be'],
  ['logs --follow -o json', '--follow has no end'],
  ['logs --follow --bundle x.zip', 'do not go together'],
])('%s is refused', async (line, message) => {
  const { status, stderr } = await call(line, await started())
  expect(status).toBe(2)
  expect(stderr).toContain(message)
})

test('a bundle has the logs, the state and doctor’s findings, and no secrets', async () => {
  const on = await started()
  on.findings.push({ name: 'proxies', verdict: 'warn', message: 'http://ada:pass123@proxy', hint: 'x' })
  on.inside.set('tail -n 20000 /var/log/iknite.log', said('token=abcdef.0123456789abcdef\nfine\n'))
  on.inside.set('crictl ps -a', said('', 1))
  const { status, stdout } = await call('logs --bundle out.zip -o json', on)
  expect(status).toBe(0)
  const document = JSON.parse(stdout)
  const bytes = on.written.get(document.path)
  const files = Object.fromEntries(
    Object.entries(unzipSync(bytes ?? new Uint8Array())).map(([name, data]) => [
      name,
      Buffer.from(data).toString(),
    ]),
  )
  expect(document.files).toEqual(Object.keys(files))
  expect(files['inside/iknite.log']).toBe('token=<removed>\nfine\n')
  expect(files['inside/containers.txt']).toContain('[status 1]')
  expect(JSON.parse(files['state.json'] ?? '')).toMatchObject({ name: 'kaweezle' })
  expect(JSON.stringify(files)).not.toMatch(/pass123|0123456789abcdef|PRIVATE KEY/)
})

test('a bundle of a machine without any cluster or provider is made all the same', async () => {
  const on = machinery()
  on.isDockerUsable = false
  expect(await call('logs --bundle out.zip', on)).toMatchObject({ status: 0 })
  expect(on.written.size).toBe(1)
})

test('doctor shows every finding, and ends with 1 when one fails', async () => {
  const on = machinery()
  on.findings.push({ name: 'disk', verdict: 'pass', message: 'fine' })
  expect(await call('doctor', on)).toMatchObject({ status: 0 })
  on.findings.push({ name: 'port', verdict: 'warn', message: 'odd', hint: 'Look.' })
  expect(await call('doctor', on)).toMatchObject({ status: 0 })
  on.findings.push({ name: 'Docker', verdict: 'fail', message: 'away', hint: 'Start it.' })
  const { status, stdout } = await call('doctor', on)
  expect(status).toBe(1)
  expect(stdout).toBe(
    'pass  disk: fine\nwarn  port: odd\n      hint: Look.\nfail  Docker: away\n      hint: Start it.\n1 passed, 1 warned, 1 failed\n',
  )
  expect(JSON.parse((await call('doctor -o json', on)).stdout)).toMatchObject({
    fail: 1,
    findings: on.findings,
  })
})

test('version needs nothing, and works with a broken settings file', async () => {
  const on = machinery()
  expect((await call('version', on, { config: '{' })).stdout).toBe('kaweezle 1.2.3\n')
  expect((await call('--version', on)).stdout).toBe('kaweezle 1.2.3\n')
  expect(parse((await call('version -o yaml', on)).stdout)).toMatchObject({ version: '1.2.3' })
  expect(await call('list', on, { config: '{' })).toMatchObject({ status: 2 })
})
