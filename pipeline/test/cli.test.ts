import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { acquireBuildLock } from '../src/store/build-lock.ts'
import { type Bench, bench, buildMissing, main, runPipeline } from './support/pipeline.ts'
import { requirement } from './support/requirement.ts'

const describeBuilds = await requirement('whole builds', buildMissing)
const describeTerminal = await requirement('script (util-linux)', async () => {
  const { exitCode } = await execa('script', ['--version'], { reject: false })
  return exitCode === 0 ? undefined : 'install bsdutils'
})

/** A user whom permissions stop: root too, without its capabilities. */
const powerless = process.getuid?.() === 0 ? ['setpriv', '--inh-caps=-all', '--bounding-set=-all'] : []

describe('help', () => {
  test.each([[[]], [['--help']], [['-h']]])('of no command (%j) lists the commands', async (argv) => {
    const { exitCode, stdout, stderr } = await run(argv)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/npm run build-rootfs .*\n.*npm run lock /)
  })

  test.each([
    [
      'build',
      ['--recipe FILE', '--engine auto|docker|namespace', '--offline', '--locked', '--rootfs-version V'],
    ],
    ['lock', ['--recipe FILE', '--mirror URL|DIR|FILE', '--check']],
  ])('of %s teaches its flags, exit statuses and examples', async (command, parts) => {
    for (const argv of [['--help'], ['-h'], ['--bogus', 'word', '--help']]) {
      const { exitCode, stdout, stderr } = await run([command, ...argv])
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      for (const part of [
        ...parts,
        'Exit status: 0 done',
        'Examples',
        '--renderer auto|pretty|plain|json|silent',
      ])
        expect(stdout).toContain(part)
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(115)
    }
  })
})

describe('a wrong command line', () => {
  test.each([
    [['buidl'], "unknown command 'buidl'", 'Did you mean build?'],
    [
      ['--verbose'],
      "unknown command '--verbose'",
      'Use one of: build, lock, verify, release, diff, rebuild.',
    ],
    [['toString'], "unknown command 'toString'", 'Use one of: build, lock, verify, release, diff, rebuild.'],
    [['build', '--recpie=a'], 'unknown flag --recpie', 'Did you mean --recipe?'],
    [['build', '--cach=a'], 'unknown flag --cach', 'Did you mean --cache?'],
    [['lock', '--locked'], 'unknown flag --locked', 'See --help.'],
    [['build', '--arch=arm'], "--arch cannot be 'arm'", 'Use one of: x86_64, aarch64.'],
    [
      ['build', '--rootfs-version=v1.0.0'],
      "--rootfs-version cannot be 'v1.0.0'",
      'Use a semantic version, e.g. 1.2.3.',
    ],
    [['lock', '\u001b[2J'], "unexpected word '\\x1b[2J'", 'Give flags only; see --help.'],
  ])('%j exits with 2, and says so to people and programs', async (argv, message, hint) => {
    const plain = await run(argv)
    expect(plain).toMatchObject({ exitCode: 2, stdout: '', stderr: `error: ${message}\nhint:  ${hint}` })
    const json = await run([...argv, '--renderer=json'])
    expect(json).toMatchObject({ exitCode: 2, stderr: plain.stderr })
    expect(JSON.parse(json.stdout)).toMatchObject({ event: 'failed', code: 'USAGE', hint })
  })

  test.each(['x', '-1', '1.5', '', '99999999999', '0x10'])(
    'SOURCE_DATE_EPOCH=%j exits with 2',
    async (value) => {
      const { exitCode, stderr } = await run(['build'], { SOURCE_DATE_EPOCH: value })
      expect(exitCode).toBe(2)
      expect(stderr).toContain(`SOURCE_DATE_EPOCH cannot be '${value}'`)
    },
  )

  test('of a user without a home exits with 2 and names the flag that helps', async () => {
    const { exitCode, stderr } = await run(['build'], { HOME: '', XDG_CACHE_HOME: '' })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--cache')
  })
})

interface Failure {
  readonly status: number
  readonly message: RegExp
  /** Makes the flags, and whatever they need. */
  readonly flags: (place: Bench) => Promise<Readonly<Record<string, string | boolean | undefined>>>
  readonly by?: readonly string[]
}

const failures: [title: string, failure: Failure][] = [
  [
    'a recipe that is not there',
    {
      status: 2,
      message: /there is no recipe .*nowhere\.yaml/,
      flags: async () => ({ recipe: '/nowhere.yaml' }),
    },
  ],
  [
    'a recipe that is a folder',
    { status: 2, message: /rootfs is a folder/, flags: async ({ recipes }) => ({ recipe: recipes }) },
  ],
  [
    'a recipe with a slip of the pen',
    {
      status: 2,
      message: /own\.yaml:1:1: unknown key 'nmae'; did you mean 'name'/,
      flags: async (place) => ({ recipe: await write(place, 'own.yaml', 'nmae: x\n') }),
    },
  ],
  [
    'a recipe for other architectures',
    {
      status: 2,
      message: /not made for aarch64/,
      flags: async (place) => ({
        arch: 'aarch64',
        recipe: await write(
          place,
          'own.yaml',
          minimal.replace('architectures: []', 'architectures: [x86_64]'),
        ),
      }),
    },
  ],
  [
    'a recipe that may not be read',
    {
      status: 1,
      message: /own\.yaml: permission denied/,
      by: powerless,
      flags: async (place) => {
        const recipe = await write(place, 'own.yaml', minimal)
        await chmod(recipe, 0)
        return { recipe }
      },
    },
  ],
  [
    'a lock that may not be read',
    {
      status: 1,
      message: /minimal\.packages\.lock\.yaml: permission denied/,
      by: powerless,
      flags: async (place) => {
        await chmod(join(place.recipes, 'minimal.packages.lock.yaml'), 0)
        return {}
      },
    },
  ],
  [
    'a key that may not be read',
    {
      status: 1,
      message: /own\.rsa\.pub: permission denied/,
      by: powerless,
      flags: async (place) => {
        await chmod(await write(place, 'keys/own.rsa.pub', 'key'), 0)
        const text = minimal.replace('architectures: []', 'architectures: [x86_64]')
        return { recipe: await write(place, 'own.yaml', `${text}keys: keys\n`) }
      },
    },
  ],
  [
    'a cache that may not be written',
    {
      status: 1,
      message: /cache\S* cannot be locked/,
      by: powerless,
      flags: async ({ cache }) => {
        await mkdir(cache)
        await chmod(cache, 0o555)
        return {}
      },
    },
  ],
  [
    'a cache that is a file',
    { status: 1, message: /cache: /, flags: async (place) => ({ cache: await write(place, 'cache', '') }) },
  ],
  [
    'an output folder that is a file',
    {
      status: 2,
      message: /--out .*out is not a folder/,
      flags: async (place) => ({ out: await write(place, 'out', '') }),
    },
  ],
  [
    'an output folder below a file',
    {
      status: 1,
      message: /out\/below: not a directory/,
      flags: async (place) => ({ out: join(await write(place, 'out', ''), 'below') }),
    },
  ],
  [
    'a lock that is damaged',
    {
      status: 3,
      message: /minimal\.packages\.lock\.yaml:1:/,
      flags: async (place) => {
        await write(place, 'minimal.packages.lock.yaml', '{')
        return {}
      },
    },
  ],
  [
    'a mirror that is not there',
    { status: 4, message: /the mirror \/nowhere/, flags: async () => ({ mirror: '/nowhere' }) },
  ],
  [
    'a mirror that lacks the base',
    {
      status: 4,
      message: /alpine-minirootfs-\S+ does not exist/,
      flags: async ({ recipes }) => ({ mirror: recipes }),
    },
  ],
  [
    'a mirror of another kind of address',
    { status: 2, message: /ftp:\/\/mirror is not the URL/, flags: async () => ({ mirror: 'ftp://mirror' }) },
  ],
  [
    'a mirror with an escape sequence in its name',
    { status: 4, message: /the mirror \/\\x1b\[2J is/, flags: async () => ({ mirror: '/\u001b[2J' }) },
  ],
]

const minimal = `
name: own
architectures: []
locks: { packages: own.lock.yaml }
base: { release: v3.19 }
repositories: [{ name: main }]
packages: []
`

describe('a build with', () => {
  test.each(failures)(
    '%s says what happened and what to do, once',
    async (_, { status, message, flags, by = [] }) => {
      await using place = await bench()
      const own = await flags(place)
      for (const renderer of ['plain', 'pretty', 'silent', 'json']) {
        const outcome = await runPipeline(place, { flags: { ...own, renderer }, by })
        const stderr = stripVTControlCharacters(outcome.stderr)
        expect(outcome.status).toBe(status)
        expect(stderr.match(new RegExp(message, 'g'))).toHaveLength(1)
        expect(stderr).toMatch(/^error: .+\n(.*\n)*hint: {2}\S.*\.$/m)
        expect(stderr).not.toMatch(/\bE[A-Z]{4,}\b|a bug of ours|^ {4}at /m)
        if (renderer !== 'json') expect(outcome.stdout).toBe('')
        else expect(eventsIn(outcome.stdout).filter(({ event }) => event === 'failed')).toHaveLength(1)
      }
    },
  )

  test('--verbose shows where an error comes from', async () => {
    await using place = await bench()
    const outcome = await runPipeline(place, { flags: { recipe: '/nowhere.yaml', verbose: true } })
    expect(outcome.stderr).toMatch(/^ {4}at .*\ncaused by: /ms)
  })
})

describe('output', () => {
  test('that nobody reads any more is no reason to crash', async () => {
    await using place = await bench()
    const flags = ['--recipe', '/nowhere.yaml', `--cache=${place.cache}`, '--renderer=json']
    const child = execa(process.execPath, [main, 'build', ...flags], { reject: false })
    child.stdout.destroy()
    child.stderr.destroy()
    expect(await child).toMatchObject({ exitCode: 2 })
  })

  test('that cannot be written is an error', async () => {
    const script = '"$0" "$1" build --help >/dev/full'
    expect(await execa('sh', ['-c', script, process.execPath, main], { reject: false })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('standard output: no space'),
    })
  })
})

describe('a build that waits for another', () => {
  test.each(['plain', 'json'])('says for whom, and can be interrupted (%s)', async (renderer) => {
    await using place = await bench()
    const { signal } = new AbortController()
    using _lock = await acquireBuildLock(place.cache, { signal })
    const flags = [`--cache=${place.cache}`, `--renderer=${renderer}`]
    const child = execa(process.execPath, [main, 'build', ...flags], { reject: false })
    const [first] = await once(child.stderr, 'data')
    expect(String(first)).toContain(`process ${process.pid}`)
    child.kill('SIGINT')
    const { exitCode, stdout, stderr } = await child
    expect(exitCode).toBe(130)
    expect(stderr).toContain('error: interrupted by SIGINT')
    if (renderer === 'json') {
      expect(eventsIn(stdout)).toMatchObject([{ step: 'build', event: 'failed', code: 'INTERRUPTED' }])
    }
  })
})

describeBuilds('a build that ends well', () => {
  test('prints the path of the rootfs and nothing else to stdout, however it shows its progress', async () => {
    await using place = await bench()
    for (const renderer of ['pretty', 'plain', 'silent']) {
      const outcome = await runPipeline(place, { flags: { renderer } })
      expect(outcome).toMatchObject({ status: 0, stdout: join(place.out, 'rootfs.tar.gz') })
      expect(outcome.stderr === '').toBe(renderer === 'silent')
    }
    const { stdout, stderr } = await runPipeline(place, { flags: { renderer: 'json' } })
    expect(stderr).toBe('')
    expect(eventsIn(stdout).at(-1)).toMatchObject({ step: 'describe', event: 'skipped' })
  })
})

describeTerminal('on a terminal', () => {
  test('the tree is drawn in place, names what failed, and gives the cursor back', async () => {
    const screen = await onTerminal({})
    expect(screen).toContain('\u001b[?25l')
    expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.lastIndexOf('\u001b[?25l'))
    expect(screen).toMatch(/✖.* Read the recipe/)
    expect(screen.match(/there is no recipe/g)).toHaveLength(1)
  })

  test('NO_COLOR takes the colours away', async () => {
    const colour = '\u001b[2m'
    expect(await onTerminal({})).toContain(colour)
    expect(await onTerminal({ NO_COLOR: '1' })).not.toContain(colour)
  })

  test.each([{ CI: 'true' }, { TERM: 'dumb' }])('%j makes plain lines of it', async (env) => {
    const screen = await onTerminal(env)
    expect(screen).toContain('recipe     Read the recipe ...')
    expect(screen).not.toContain('\u001b')
  })
})

function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return execa(process.execPath, [main, ...argv], { env, reject: false })
}

async function write(place: Bench, name: string, text: string): Promise<string> {
  const file = join(name.endsWith('.yaml') || name.includes('/') ? place.recipes : place.folder, name)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, text)
  return file
}

/** Every line of `--renderer json`, each of which must be an event. */
function eventsIn(stdout: string): { step: string; event: string }[] {
  return stdout.split('\n').map((line) => {
    const event = JSON.parse(line)
    expect(event).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      step: expect.stringMatching(/^[a-z]+$/),
      event: expect.stringMatching(/^(start|progress|done|skipped|failed)$/),
    })
    return event
  })
}

/** What a terminal gets from a build that fails at once. */
async function onTerminal(env: Readonly<Record<string, string>>): Promise<string> {
  await using place = await bench()
  const words = [process.execPath, main, 'build', '--recipe=/nowhere.yaml', `--cache=${place.cache}`]
  const { stdout } = await execa(
    'script',
    ['-qec', `stty cols 100 rows 30; ${words.join(' ')}`, '/dev/null'],
    {
      env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color', ...env },
      extendEnv: false,
      reject: false,
    },
  )
  return stdout
}
