import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { conflictingCni } from '../src/kubernetes/cni.ts'
import { checkCoherence } from '../src/kubernetes/coherence.ts'
import { loadRecipe } from '../src/load/load-recipe.ts'
import { readLock } from '../src/load/read-lock.ts'
import { parseImagesLock, printImagesLock } from '../src/locks/images.ts'
import { parseManifestsLock, printManifestsLock } from '../src/locks/manifests.ts'
import { parsePackagesLock } from '../src/locks/parse.ts'
import { printPackagesLock } from '../src/locks/print.ts'
import { parseRecipe } from '../src/recipe/parse.ts'
import type { Recipe } from '../src/recipe/schema.ts'
import { assertClusterLocks } from '../src/steps/assert-cluster-locks.ts'
import { isIcon } from '../src/verify/is-icon.ts'
import { isTerminalProfile } from '../src/verify/is-terminal-profile.ts'

const folder = join(import.meta.dirname, '../../rootfs')

function recipe(name: string): Recipe {
  return parseRecipe(readFileSync(join(folder, name), 'utf8'), name)
}

/** What the overlays of a recipe put into the image, by path in the image. */
async function contents({ overlay }: Pick<Recipe, 'overlay'>): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const { from } of overlay) {
    const entries = await readdir(join(folder, from), { recursive: true, withFileTypes: true })
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name)
      files.set(`/${relative(join(folder, from), path)}`, await readFile(path, 'utf8'))
    }
  }
  return files
}

/** `section.key` by value of an ini file as WSL reads it; comments are lines of their own. */
function ini(text: string): Record<string, string> {
  let section = ''
  const values: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [, name] = /^\[(\w+)\]$/.exec(line) ?? []
    const [, key, value] = /^(\w+) = (.+)$/.exec(line) ?? []
    if (name !== undefined) section = name
    else if (key !== undefined && value !== undefined) values[`${section}.${key}`] = value
    else if (line !== '' && !line.startsWith('#')) throw new Error(`not a line of an ini file: ${line}`)
  }
  return values
}

describe.each(['minimal.yaml', 'rootfs.yaml'])('%s', (name) => {
  test('parses', () => {
    expect(recipe(name).packages).toContain('openrc')
  })

  test('asks for both architectures, and pins packages in a lock of its own', () => {
    expect(recipe(name)).toMatchObject({ architectures: ['x86_64', 'aarch64'] })
    expect(recipe('minimal.yaml').locks.packages).not.toBe(recipe('rootfs.yaml').locks.packages)
  })

  test('brings the files that OpenRC and WSL need, and leaves resolv.conf to the host', async () => {
    const paths = [...(await contents(recipe(name))).keys()]
    expect(paths).toEqual(
      expect.arrayContaining([
        '/etc/rc.conf',
        '/etc/wsl.conf',
        '/etc/wsl-distribution.conf',
        '/etc/network/interfaces',
        '/etc/machine-id',
        '/run/openrc/softlevel',
      ]),
    )
    expect(paths).not.toContain('/etc/resolv.conf')
  })

  test('the machine-id is empty, so that no two machines share one', async () => {
    expect((await contents(recipe(name))).get('/etc/machine-id')).toBe('')
  })

  test("the base's rc.conf is kept before the overlay replaces it", () => {
    expect(recipe(name).copies).toContainEqual({
      from: '/etc/rc.conf',
      to: '/etc/rc.conf.orig',
      optional: false,
    })
  })

  test('wsl.conf has keys that WSL knows, and starts OpenRC', async () => {
    const values = ini((await contents(recipe(name))).get('/etc/wsl.conf') ?? '')
    expect(values).toEqual({
      'boot.command': '/sbin/openrc default',
      'boot.systemd': 'false',
      'automount.enabled': 'false',
      'interop.enabled': 'false',
      'interop.appendWindowsPath': 'false',
      'network.generateResolvConf': 'true',
    })
  })

  test('wsl-distribution.conf has the name without which a double click fails', async () => {
    const values = ini((await contents(recipe(name))).get('/etc/wsl-distribution.conf') ?? '')
    // wsl.exe's own rule for names.
    expect(values['oobe.defaultName']).toMatch(/^[a-zA-Z0-9._-]{1,256}$/)
    expect(values['oobe.command']).toBeUndefined()
  })

  test('wsl-distribution.conf names an icon and a terminal profile that WSL takes', async () => {
    const { overlay } = recipe(name)
    const values = ini((await contents({ overlay })).get('/etc/wsl-distribution.conf') ?? '')
    const [icon = '', profile = ''] = [values['shortcut.icon'], values['windowsterminal.profileTemplate']]
    const shared = overlay.find(({ from }) => from === 'overlay-wsl')
    expect(shared?.entries).toEqual({ [profile]: { mode: 0o640 } })
    expect(isIcon(await readFile(join(folder, 'overlay-wsl', icon)))).toBe(true)
    const bytes = await readFile(join(folder, 'overlay-wsl', profile))
    expect(isTerminalProfile(bytes)).toBe(true)
    const { profiles, schemes } = JSON.parse(bytes.toString())
    expect(profiles).toMatchObject([{ colorScheme: schemes[0].name }])
  })

  test('no text of an overlay has carriage returns, or ends within a line', async () => {
    for (const [path, text] of await contents(recipe(name))) {
      if (path.endsWith('.ico')) continue
      expect(text, path).not.toContain('\r')
      if (text !== '') expect(text, path).toMatch(/[^\n]\n$/)
    }
  })
})

test('the committed lock is byte for byte what `npm run lock` prints, untouched by formatters', async () => {
  const file = recipe('minimal.yaml').locks.packages
  const text = await readFile(join(folder, file), 'utf8')
  expect(printPackagesLock(parsePackagesLock(text, file))).toBe(text)
})

test('the two recipes install under different names', async () => {
  const names = ['minimal.yaml', 'rootfs.yaml'].map(async (name) => {
    const text = (await contents(recipe(name))).get('/etc/wsl-distribution.conf') ?? ''
    return ini(text)['oobe.defaultName']
  })
  expect(new Set(await Promise.all(names)).size).toBe(2)
})

test('rc.conf is nothing but assignments, one for each setting', async () => {
  const text = (await contents(recipe('minimal.yaml'))).get('/etc/rc.conf') ?? ''
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines.map((line) => /^(rc_\w+)="[\w! -]*"$/.exec(line)?.[1])).toEqual([
    'rc_sys',
    'rc_need',
    'rc_depend_strict',
    'rc_controller_cgroups',
  ])
})

test('the Kubernetes recipe keeps kubelet, kubeadm and kubectl on one minor version', () => {
  const versions = recipe('rootfs.yaml').packages.flatMap((atom) => /^kube\w+~(.*)$/.exec(atom)?.[1] ?? [])
  expect(versions).toEqual(['1.36', '1.36', '1.36'])
})

test('crictl talks to the socket of CRI-O', async () => {
  const text = (await contents(recipe('rootfs.yaml'))).get('/etc/crictl.yaml') ?? ''
  expect(parse(text)).toEqual({
    'runtime-endpoint': 'unix:///run/crio/crio.sock',
    'image-endpoint': 'unix:///run/crio/crio.sock',
    timeout: 10,
  })
})

describe('the Kubernetes recipe', () => {
  test('has locks of images and manifests that answer it, and are as they are printed', async () => {
    const loaded = await loadRecipe(join(folder, 'rootfs.yaml'))
    const images = await readLock(loaded.lockFiles.images, parseImagesLock)
    const manifests = await readLock(loaded.lockFiles.manifests, parseManifestsLock)
    if (images === undefined || manifests === undefined) throw new Error('a lock is missing')
    expect(() => assertClusterLocks({ images, manifests }, loaded)).not.toThrow()
    expect(await readFile(loaded.lockFiles.images, 'utf8')).toBe(printImagesLock(images))
    expect(await readFile(loaded.lockFiles.manifests, 'utf8')).toBe(printManifestsLock(manifests))
  })

  test('fits together, as far as its locks go', async () => {
    const loaded = await loadRecipe(join(folder, 'rootfs.yaml'))
    const images = await readLock(loaded.lockFiles.images, parseImagesLock)
    const { recipe, pauseImage } = loaded
    const rows = checkCoherence({ recipe, pauseImage, images })
    expect(rows.filter(({ ok }) => !ok)).toEqual([])
    expect(rows.length).toBeGreaterThan(8)
  })
})

describe('the agent of the Kubernetes recipe', async () => {
  const loaded = await loadRecipe(join(folder, 'rootfs.yaml'))
  const agent = loaded.agent
  if (agent === undefined) throw new Error('the recipe has no agent')
  const text = (path: string) => {
    const file = agent.files.find((one) => one.path === path)
    if (file?.type !== 'file') throw new Error(`there is no ${path}`)
    return readFileSync(file.source, 'utf8')
  }

  test('is what the minimal recipe does without', async () => {
    expect((await loadRecipe(join(folder, 'minimal.yaml'))).agent).toBeUndefined()
  })

  test('divides its files into packages', () => {
    const entries = [...agent.files].filter(({ type }) => type === 'file').map(({ path }) => path)
    expect(entries).toEqual([
      '/etc/cni/net.d/12-iknite-bridge.conflist',
      '/etc/conf.d/iknite',
      '/etc/iknite.d/iknite.yaml',
      '/etc/iknite.d/kustomization.yaml',
      '/etc/init.d/iknite',
    ])
    expect(agent.description.subpackages).toMatchObject([
      { name: 'iknite-openrc', files: ['/etc/init.d', '/etc/conf.d'], with: ['openrc'] },
    ])
  })

  test('gives pods addresses of the pod network until flannel has written its own configuration', async () => {
    const path = '/etc/cni/net.d/12-iknite-bridge.conflist'
    const config = JSON.parse(text(path))
    expect(config).toMatchObject({ cniVersion: '0.3.1', name: 'cbr0', plugins: [{ bridge: 'cni0' }, {}] })
    const network = loaded.recipe.kubernetes?.podNetwork ?? ''
    expect(conflictingCni(new Map([[path, text(path)]]), network)).toEqual([])
    const earlier = path.replace('12-', '09-')
    expect(conflictingCni(new Map([[earlier, text(path)]]), network)).toHaveLength(1)
  })

  test('has a sample of settings in which everything is commented out, and variables for the same ones', () => {
    const names = [...text('/etc/iknite.d/iknite.yaml').matchAll(/^# (\w+): \S+$/gm)].map(([, name]) => name)
    expect(parse(text('/etc/iknite.d/iknite.yaml'))).toBeNull()
    expect(names).toEqual([
      'name',
      'wait',
      'address',
      'interface',
      'advertiseAddress',
      'kubernetesVersion',
      'podNetwork',
      'kustomization',
    ])
    const variables = [...text('/etc/conf.d/iknite').matchAll(/^# IKNITE_(\w+)=\S+$/gm)].map(
      ([, name]) => name,
    )
    const upper = names.map((name = '') => name.replace(/[A-Z]/g, '_$&').toUpperCase())
    expect(variables).toEqual(upper)
  })

  test('has a service that a shell reads, and that starts before what it starts', async () => {
    const script = text('/etc/init.d/iknite')
    await execa('sh', ['-n'], { input: script })
    expect(script).toMatch(/^#!\/sbin\/openrc-run\n/)
    expect(script).toMatch(/depend\(\) \{\n\tafter net\n\tbefore crio kubelet\n\}/)
  })

  test('has no carriage returns', () => {
    for (const file of agent.files)
      if (file.type === 'file') expect(text(file.path)).toMatch(/^[^\r]*[^\n]\n$/)
  })
})
