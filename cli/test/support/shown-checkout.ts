import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { publicKeyLine } from '@kaweezle/release-format/minisign-key.ts'
import { execa } from 'execa'
import { startGitHub } from '../../../pipeline/test/support/github-double.ts'
import { runRelease, testKey, testKeyText } from '../../../pipeline/test/support/github-double-world.ts'
import { mirrorFolder } from '../../../pipeline/test/support/mirror.ts'
import { repository } from './shown-commands.ts'

/** A checkout of `v1.2.0`, with what the documents take for granted: builds, a release, the bundled CLI. */
export interface ShownCheckout extends AsyncDisposable {
  /**
   * Runs a command as it is shown, with the recipe and the mirror of tests where it does not say these itself, and
   * against a GitHub without releases. Gives all that it prints.
   * @throws Error where it fails
   */
  run(command: string): Promise<string>
}

/** What `RW...` stands for. */
export const shownKey = publicKeyLine(testKey)

export async function shownCheckout(): Promise<ShownCheckout> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-shown-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const run = (command: string) => runIn(folder, command)
  await layOut(folder)
  await run('git init -q && git add rootfs && git commit -qm 1 && git tag v1.2.0')
  await run('npm run build-rootfs -- --rootfs-version 1.2.0 --out release-1.2.0')
  const github = stack.use(await startGitHub())
  const { status, stderr } = await runRelease(github, { folder: join(folder, 'checkout/release-1.2.0') })
  if (status !== 0) throw new Error(stderr)
  await run('cp -r release-1.2.0 release-1.36.5 && cp -r release-1.2.0 dist')
  await run('cp dist/rootfs.* dist/packages.tar . && cp rootfs.manifest.json old.manifest.json')
  await run('npm run build-cli')
  const cleanup = stack.move()
  return { run, [Symbol.asyncDispose]: () => cleanup.disposeAsync() }
}

/** The checkout, its `../shared`, a home, and mirrors at `srv`. */
async function layOut(folder: string): Promise<void> {
  const checkout = join(folder, 'checkout')
  const copied = [
    'LICENSE',
    'package.json',
    'rootfs',
    'cli/src',
    'cli/build',
    'cli/package.json',
    'cli/README.md',
  ]
  const filter = (path: string) => basename(path) !== 'node_modules'
  for (const path of copied)
    await cp(join(repository, path), join(checkout, path), { recursive: true, filter })
  for (const path of ['node_modules', 'pipeline', 'agent'])
    await symlink(join(repository, path), join(checkout, path))
  await symlink(dirname(mirrorFolder), join(folder, 'shared'))
  for (const path of ['home/.local/bin', 'srv/raw', 'srv/github'])
    await mkdir(join(folder, path), { recursive: true })
  await writeFile(join(folder, 'home/.gitconfig'), '[user]\nname = A\nemail = a@b.example\n')
}

async function runIn(folder: string, command: string): Promise<string> {
  await using github = await startGitHub()
  const line = `${command}${missingFlags(command)}`
    .replace('RW...', shownKey)
    .replaceAll('/srv/', `${folder}/srv/`)
    .replace('https://git.example/api/v3', github.apiUrl)
    .replace('us/kaweezle', github.repository)
  // Those are shown for a folder with the downloaded files.
  const place = command.includes('SHA256SUMS') ? 'checkout/release-1.2.0' : 'checkout'
  const { all, exitCode } = await execa('sh', ['-euc', line], {
    cwd: join(folder, place),
    env: {
      PATH: process.env['PATH'],
      HOME: join(folder, 'home'),
      GH_TOKEN: github.token,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_REPOSITORY: github.repository,
      GITHUB_SHA: github.store.branches.get('main'),
      KAWEEZLE_RELEASE_KEY_TEXT: testKeyText(),
    },
    extendEnv: false,
    all: true,
    reject: false,
  })
  if (exitCode !== 0) throw new Error(`${line}\nended with ${exitCode}:\n${all}`)
  return all
}

const host = ['--engine=namespace', '--arch=x86_64']
const source = ['--recipe=rootfs/minimal.yaml', `--mirror=${mirrorFolder}`]

const flagsHere: Readonly<Record<string, readonly string[]>> = {
  // `dist` stays what it is: a build with a version.
  'build-rootfs': [...source, ...host, '--out=out'],
  lock: [...source, ...host],
  // The executables are big, and the programs of Node that they are made of are not in this checkout.
  'package-cli': ['--only=npm', '--out=packaged'],
  rebuild: ['--recipe=rootfs/minimal.yaml', ...host],
}

/** What a script of npm is not told by the command and needs here, after a blank. */
function missingFlags(command: string): string {
  const [, script = ''] = /^npm run (\S+)/.exec(command) ?? []
  const missing = (flagsHere[script] ?? []).filter((flag) => !command.includes(`${flag.split('=')[0]} `))
  if (missing.length === 0) return ''
  return ` ${command.includes(' -- ') ? '' : '-- '}${missing.join(' ')}`
}
