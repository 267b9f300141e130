import { settingKeys, settingsTable } from '../settings/table.ts'
import type { Command, CommandContext, CommandResult } from './command.ts'

export const info: Command = {
  name: 'info',
  summary: 'Prints the settings in force and where each comes from; or versions; or images.',
  about: 'It changes nothing.',
  settings: settingKeys,
  words: {
    versions: 'of this program, of Kubernetes, of the runtime and of what runs this program',
    images: 'the container images that are on this system',
  },
  examples: [
    ['info', 'each setting, its value and its origin'],
    ['info versions', 'which version of what is here'],
    ['info images --json', 'the images, for programs'],
  ],
  run: (context) => {
    if (context.word === 'versions') return versions(context)
    if (context.word === 'images') return images(context)
    return Promise.resolve(inForce(context))
  },
}

function inForce({ settings, origins }: CommandContext): CommandResult {
  const entries = settingKeys.map((key) => ({ key, value: settings[key], origin: origins[key] }))
  const rows = entries.map(({ key, value, origin }) => [
    key,
    value === undefined ? `(${settingsTable[key].byDefault})` : String(value),
    origin,
  ])
  const document = Object.fromEntries(
    entries.map(({ key, value, origin }) => [key, { value: value ?? null, origin }]),
  )
  return { text: aligned(rows), document }
}

async function versions({ host, settings, work, version }: CommandContext): Promise<CommandResult> {
  const { packages, api, data } = await work.observe(host, settings)
  const recorded = typeof data.record === 'object' ? data.record.kubernetesVersion : undefined
  const { bun, node } = process.versions
  const document = {
    iknite: version,
    kubeadm: packages.kubeadm ?? null,
    kubelet: packages.kubelet ?? null,
    'cri-o': packages['cri-o'] ?? null,
    cluster: (api.state === 'ready' ? api.version : recorded) ?? null,
    runtime: bun === undefined ? `node ${node}` : `bun ${bun}`,
  }
  return { text: aligned(Object.entries(document).map(([name, value]) => [name, value ?? 'none'])), document }
}

async function images({ host, settings, work }: CommandContext): Promise<CommandResult> {
  const names = [...(await work.observe(host, settings)).images].sort()
  return { text: names.map((name) => `${name}\n`).join(''), document: { images: names } }
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
