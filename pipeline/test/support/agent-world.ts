import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type OwnKey,
  type OwnPackages,
  ownKey,
  ownMirror,
  writeRecipe,
  writeRepository,
} from './own-mirror.ts'
import { type Bench, bench, type RunOptions, type RunOutcome, runPipeline } from './pipeline.ts'

const agentFolder = join(import.meta.dirname, '../../../agent')

/** A bench with a recipe of an agent, and a mirror with doubles of what the agent depends on. */
export interface AgentBench extends Bench {
  readonly mirror: string
  /** What the doubles are signed by. */
  readonly key: OwnKey
  /** The copy of the agent's workspace, with a program of one line. */
  readonly agent: string
}

/** Of what the agent depends on, what the miniature mirror lacks. Its version wins over that of the mirror's index. */
const others = Object.fromEntries(
  [
    'cri-o',
    'cri-tools',
    'cni-plugins',
    'kubelet',
    'kubeadm',
    'kubectl',
    'iproute2',
    'iptables',
    'util-linux-misc',
  ].map((name) => [
    name,
    { info: { pkgver: '99-r0' }, files: { [`usr/share/doubles/${name}`]: `${name}\n` } },
  ]),
)

/** Instead of running a program, tells how it was called. */
const node = '#!/bin/sh\necho "$* as $IKNITE_NAME"\n'

const doubles: OwnPackages = {
  ...others,
  nodejs: { info: { pkgver: '99-r0' }, files: { 'usr/bin/node': { content: node, mode: 0o755 } } },
}

export async function agentBench(): Promise<AgentBench> {
  const place = await bench()
  const [mirror, key, agent] = [await ownMirror(place), ownKey(), join(place.folder, 'agent')]
  await writeRepository(join(mirror, 'v3.19/own'), doubles, { key })
  await cp(join(agentFolder, 'apk'), join(agent, 'apk'), { recursive: true })
  await cp(join(agentFolder, 'package.json'), join(agent, 'package.json'))
  await mkdir(join(agent, 'src'))
  await writeFile(join(agent, 'src/main.ts'), "console.log('iknite ' + __IKNITE_VERSION__)\n")
  const recipe = { key, packages: [], repositories: [{ name: 'main' }, { name: 'own' }], agent: '../agent' }
  await writeRecipe(place, recipe)
  return { ...place, mirror, key, agent }
}

/** Runs the pipeline for the recipe of the bench, with the configuration folder `config` of a user. */
export function runAgentPipeline(
  place: AgentBench,
  { flags, env, ...options }: RunOptions = {},
  config = 'config',
): Promise<RunOutcome> {
  return runPipeline(place, {
    ...options,
    flags: { recipe: join(place.recipes, 'own.yaml'), mirror: place.mirror, ...flags },
    env: { XDG_CONFIG_HOME: join(place.folder, config), ...env },
  })
}

/** Replaces text in a file, which must have it. */
export async function edit(file: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const changed = text.replace(from, to)
  if (changed === text) throw new Error(`${file} has no ${from}`)
  await writeFile(file, changed)
}
