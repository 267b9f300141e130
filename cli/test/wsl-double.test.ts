import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirement } from '../../pipeline/test/support/requirement.ts'
import { type SmallRootfs, smallRootfs } from './support/docker-rootfs.ts'
import { locales } from './support/wsl-double/messages.ts'
import { callWsl } from './support/wsl-double/transcript.ts'
import { type WslDouble, wslDouble, wslDoubleMissing } from './support/wsl-double/wsl-double.ts'

const withDouble = await requirement('the double of WSL', wslDoubleMissing)

/** An archive that is as little of a Linux as WSL takes, one that is none, and a file that is no archive. */
function archives({ folder }: WslDouble) {
  const [little, other, bad] = ['little.tar', 'other.tar', 'bad.tar'].map((name) => join(folder, name))
  mkdirSync(join(folder, 'tree/etc'), { recursive: true })
  mkdirSync(join(folder, 'tree/else'))
  execFileSync('bsdtar', ['-cf', String(little), '-C', join(folder, 'tree'), 'etc'])
  execFileSync('bsdtar', ['-cf', String(other), '-C', join(folder, 'tree'), 'else'])
  writeFileSync(String(bad), 'no archive')
  return { little: String(little), other: String(other), bad: String(bad) }
}

withDouble('what wsl.exe says', () => {
  describe.each(locales)('in %s', (locale) => {
    let double: WslDouble
    let calls: [string, string[]][]
    beforeAll(async () => {
      double = await wslDouble({ locale })
      const { little, other, bad } = archives(double)
      const place = (name: string) => join(double.folder, name)
      calls = [
        ['-l', ['-l']],
        ['-l -q', ['-l', '-q']],
        ['-l -v', ['-l', '-v']],
        ['-d kwsl --exec true', ['-d', 'kwsl', '--exec', 'true']],
        ['--import kwsl A little.tar', ['--import', 'kwsl', place('a'), little, '--version', '2']],
        ['--import kwsl.data B little.tar', ['--import', 'kwsl.data', place('b'), little]],
        ['--import KWSL C little.tar', ['--import', 'KWSL', place('c'), little]],
        ['--import other A little.tar', ['--import', 'other', place('a'), little]],
        ['--import bad D bad.tar', ['--import', 'bad', place('d'), bad]],
        ['--import bad D other.tar', ['--import', 'bad', place('d'), other]],
        ['--import bad D none.tar', ['--import', 'bad', place('d'), place('none.tar')]],
        ['--import "a b" D little.tar', ['--import', 'a b', place('d'), little]],
        ['--import bad', ['--import', 'bad']],
        ['-l', ['-l']],
        ['-l -v', ['-l', '-v']],
        ['-l -q', ['-l', '-q']],
        ['-l --running', ['-l', '--running']],
        ['-l --running -q', ['-l', '--running', '-q']],
        ['-l -q -v', ['-l', '-q', '-v']],
        ['--status', ['--status']],
        ['--version', ['--version']],
        ['--terminate kwsl', ['--terminate', 'kwsl']],
        ['--terminate kwsl.d', ['--terminate', 'kwsl.d']],
        ['--set-default kwsl.data', ['--set-default', 'kwsl.data']],
        ['-l -q', ['-l', '-q']],
        ['--unregister kwsl.data', ['--unregister', 'kwsl.data']],
        ['-l -q', ['-l', '-q']],
        ['--unregister kwsl.data', ['--unregister', 'kwsl.data']],
        ['--nonsense value', ['--nonsense', 'value']],
      ]
    })
    afterAll(() => double?.[Symbol.asyncDispose]())

    test('is what its messages are, in UTF-8', async () => {
      const lines = calls.map(([title, args]) => {
        const { status, stdout, stderr } = callWsl(double, args)
        const warned = stderr.length === 0 ? '' : `stderr ${JSON.stringify(stderr.toString())}\n`
        return `$ wsl.exe ${title}\n${JSON.stringify(stdout.toString())}\n${warned}${status}\n`
      })
      await expect(lines.join('\n')).toMatchFileSnapshot(`support/wsl-double/golden/${locale}.txt`)
      callWsl(double, ['--unregister', 'kwsl'])
    })

    test('is the same in UTF-16LE, from a build that does not know UTF-8 or is not asked for it', () => {
      for (const args of [['-l'], ['--status'], ['--version'], ['-t', 'none']]) {
        const utf8 = callWsl(double, args)
        const text = utf8.stdout.toString('utf8')
        expect(callWsl(double, args, { isUtf8: false }).stdout).toEqual(Buffer.from(text, 'utf16le'))
        double.settings({ flavour: 'store-old', newline: '\r\r\n' })
        const old = callWsl(double, args)
        double.settings({ flavour: 'store', newline: '\r\n' })
        expect(old.stdout).toEqual(Buffer.from(text.replaceAll('\r\n', '\r\r\n'), 'utf16le'))
        expect(old.status).toBe(utf8.status)
      }
    })
  })
})

withDouble('the double of WSL', () => {
  let double: WslDouble
  let small: SmallRootfs
  const inside = (name: string, script: string) => {
    const { status, stdout, stderr } = callWsl(double, ['-d', name, '--exec', '/bin/sh', '-c', script])
    return `${stdout}${stderr}${status === 0 ? '' : `status ${status}`}`.trim()
  }

  beforeAll(async () => {
    double = await wslDouble({ idle: 60_000 })
    small = await smallRootfs()
    for (const name of ['one', 'two'])
      expect(callWsl(double, ['--import', name, join(double.folder, name), small.first]).status).toBe(0)
  })
  afterAll(async () => {
    await double?.[Symbol.asyncDispose]()
    await small?.[Symbol.asyncDispose]()
  })

  test('runs commands as what they are, with their status, input and arguments', () => {
    expect(inside('ONE', 'id -u; pwd; exit 7')).toBe('0\n/\nstatus 7')
    expect(callWsl(double, ['-d', 'one', '--exec', 'cat'], { input: 'given' }).stdout.toString()).toBe(
      'given',
    )
    const argv = ['-d', 'one', '--cd', '/etc', '--exec', '/bin/sh', '-c', 'pwd; echo "$1"', 'sh', '$HOME `x`']
    expect(callWsl(double, argv).stdout.toString()).toBe('/etc\n$HOME `x`\n')
    expect(callWsl(double, ['-d', 'one', 'echo', '$HOME']).stdout.toString()).toBe('/root\n')
  })

  test('takes no user that is not there', () => {
    const { status, stdout } = callWsl(double, ['-d', 'one', '-u', 'nobody-here', '--exec', 'true'])
    expect([status, stdout.toString()]).toEqual([255, expect.stringContaining('/WSL_E_USER_NOT_FOUND')])
    expect(callWsl(double, ['-d', 'one', '-u', 'nobody', '--exec', 'id', '-un']).stdout.toString()).toBe(
      'nobody\n',
    )
  })

  test('has processes, mounts and /run for each distribution, and one network and /mnt/wsl for all', () => {
    inside(
      'one',
      'touch /run/mine /data; mkdir -p /mnt/wsl/shared; mount --bind /etc /mnt/wsl/shared; (sleep 99 >/dev/null 2>&1 </dev/null &)',
    )
    expect(inside('two', 'ls /run; ls /data 2>&1; ps | grep -c "[s]leep 99" || true')).toBe(
      'WSL\nls: /data: No such file or directory\n0',
    )
    expect(inside('two', 'cat /mnt/wsl/shared/kaweezle-rootfs')).toBe('first')
    expect(inside('one', 'ip -o -4 address')).toBe(inside('two', 'ip -o -4 address'))
    callWsl(double, ['-t', 'one'])
    expect(inside('one', 'ls /run; ls /data; ps | grep -c "[s]leep 99" || true')).toBe('WSL\n/data\n0')
  })

  test('has another address after each start of the virtual machine', () => {
    const before = inside('one', 'ip -o -4 address show dev eth0')
    callWsl(double, ['--shutdown'])
    expect(callWsl(double, ['-l', '--running', '-q']).stdout.toString()).toBe('')
    expect(inside('one', 'ip -o -4 address show dev eth0')).not.toBe(before)
    expect(inside('one', 'ls /mnt/wsl')).toBe('resolv.conf')
  })

  test('runs the boot command and writes what wsl.conf leaves to it', async () => {
    inside(
      'two',
      'printf "[boot]\\ncommand = echo booted > /booted\\n[network]\\ngenerateHosts = false\\nhostname = named\\n" > /etc/wsl.conf; echo own > /etc/hosts',
    )
    callWsl(double, ['-t', 'two'])
    expect(inside('two', 'hostname; cat /etc/hosts; readlink /etc/resolv.conf; ls -d /mnt/c')).toBe(
      'named\nown\n/mnt/wsl/resolv.conf\n/mnt/c',
    )
    await sleep(500)
    expect(inside('two', 'cat /booted')).toBe('booted')
  })

  test('stops a distribution without a session when it was idle, and none with one', async () => {
    const held = spawn(double.executable, ['-d', 'one', '--exec', 'sleep', '99'], { stdio: 'ignore' })
    inside('two', '(sleep 99 &) >/dev/null 2>&1 </dev/null')
    for (let tries = 0; !(await double.running()).includes('one') && tries < 100; tries++) await sleep(50)
    double.settings({ idle: 300 })
    await sleep(600)
    expect(await double.running()).toEqual(['one'])
    held.kill('SIGKILL')
    await sleep(600)
    expect(await double.running()).toEqual([])
    double.settings({ idle: 60_000 })
  })

  test('goes wrong as it is told to, once', async () => {
    double.faults([
      { verb: 'list', skip: 1, action: 'fail', text: 'Nein.', code: 'Wsl/Service/E_ACCESSDENIED' },
      { verb: 'terminate', action: 'crash-after' },
    ])
    expect(callWsl(double, ['-l', '-q']).status).toBe(0)
    const { status, stdout } = callWsl(double, ['-l', '-q'])
    expect([status, stdout.toString()]).toEqual([255, 'Nein.\r\nError code: Wsl/Service/E_ACCESSDENIED\r\n'])
    expect(callWsl(double, ['-l', '-q']).status).toBe(0)
    inside('two', 'true')
    expect(callWsl(double, ['-t', 'one']).status).toBe(0)
    expect(await double.running()).toEqual([])
  })

  test('takes many calls at once, and loses none of them', async () => {
    const names = ['p1', 'p2', 'p3', 'p4']
    const call = (...args: string[]) =>
      new Promise<number | null>((resolve) => {
        spawn(double.executable, args, { stdio: 'ignore' }).once('exit', resolve)
      })
    const imports = names.map((name) => call('--import', name, join(double.folder, name), small.first))
    const runs = names.map(() => call('-d', 'one', '--exec', 'true'))
    expect(new Set(await Promise.all([...imports, ...runs]))).toEqual(new Set([0]))
    expect(await Promise.all(names.map((name) => call('-d', name, '--exec', 'true')))).toEqual([0, 0, 0, 0])
    expect((await double.running()).toSorted()).toEqual(expect.arrayContaining(names))
    expect(await Promise.all(names.map((name) => call('--unregister', name)))).toEqual([0, 0, 0, 0])
    expect(double.state().distributions.map(({ name }) => name)).toEqual(['one', 'two'])
  })

  test('installs a file under the name that it asks for, and only with a name', () => {
    const named = join(double.folder, 'named.wsl')
    const etc = join(double.folder, 'etc')
    mkdirSync(etc)
    writeFileSync(join(etc, 'wsl-distribution.conf'), '[oobe]\ndefaultName = asked-for\n')
    execFileSync('tar', ['-czf', named, '-C', double.folder, 'etc'])
    const install = (...words: string[]) => callWsl(double, ['--install', '--no-launch', ...words]).status
    expect(install('--from-file', named)).toBe(0)
    expect(double.state().distributions.map(({ name }) => name)).toContain('asked-for')
    expect(install('--from-file', named)).not.toBe(0)
    expect(install('--from-file', small.first)).not.toBe(0)
    expect(install('--from-file', small.first, '--name', 'given')).toBe(0)
    expect(callWsl(double, ['--unregister', 'asked-for']).status).toBe(0)
    expect(callWsl(double, ['--unregister', 'given']).status).toBe(0)
  })

  test('exports what it has, ended, and imports that again', () => {
    inside('one', 'echo kept > /kept; chown 12:34 /kept; chmod 4755 /kept')
    const file = join(double.folder, 'export.tar.gz')
    expect(callWsl(double, ['--export', 'one', file, '--format', 'tar.gz']).status).toBe(0)
    expect(callWsl(double, ['--import', 'again', join(double.folder, 'again'), file]).status).toBe(0)
    expect(inside('again', 'stat -c "%a %u:%g" /kept')).toBe('4755 12:34')
    expect(callWsl(double, ['--unregister', 'again']).status).toBe(0)
    expect(existsSync(join(double.folder, 'again'))).toBe(false)
  })

  test('keeps a folder in which something else is, and counts every call', async () => {
    await double.forgetCalls()
    const place = join(double.folder, 'full')
    callWsl(double, ['--import', 'full', place, small.first])
    writeFileSync(join(place, 'notes'), '')
    callWsl(double, ['--unregister', 'full'], { isUtf8: false })
    expect([existsSync(place), existsSync(join(place, 'ext4.vhdx'))]).toEqual([true, false])
    expect(await double.calls()).toMatchObject([
      { args: ['--import', 'full', place, small.first], environment: { WSL_UTF8: '1' } },
      { args: ['--unregister', 'full'], environment: {} },
    ])
  })

  test('knows as a stub no verb, and as that of Windows no version', () => {
    double.settings({ flavour: 'stub' })
    expect(callWsl(double, ['-l', '-q']).stdout.toString('utf16le')).toContain('Usage: wsl.exe')
    double.settings({ flavour: 'inbox' })
    expect(callWsl(double, ['--version']).status).toBe(255)
    expect(callWsl(double, ['-l', '-q']).stdout.toString('utf16le')).toBe('one\r\ntwo\r\n')
    double.settings({ flavour: 'store' })
  })
})
