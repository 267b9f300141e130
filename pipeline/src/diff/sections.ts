import { formatBytes } from '../render/amounts.ts'
import { fileListSection, filesSection } from './file-sections.ts'
import type { Difference } from './schema.ts'
import { countKinds, moved, named, type Row, type Section, type Tone } from './section.ts'
import { formatChange, sizeSection } from './size-section.ts'

export interface SectionOptions {
  /** Whether files are listed one by one. */
  readonly verbose: boolean
}

/** The parts of a report that have something to say, those that matter most first. */
export function sectionsOf(difference: Difference, { verbose }: SectionOptions): Section[] {
  const sections = [
    privilegesSection(difference),
    factsSection(difference),
    packagesSection(difference),
    imagesSection(difference),
    manifestsSection(difference),
    servicesSection(difference),
    filesSection(difference),
    ...(verbose ? [fileListSection(difference)] : []),
    sizeSection(difference),
  ]
  return sections.filter(({ rows, notes = [] }) => rows.length + notes.length > 0)
}

const tones: Readonly<Record<string, Tone>> = { new: 'came', gone: 'went', down: 'risk' }

function privilegesSection({ privileges }: Difference): Section {
  const { gained = [], lost = [] } = privileges ?? {}
  const row = (what: string, tone: Tone) => (one: (typeof gained)[number]) => ({
    tone,
    cells: [[what], privilegeCell(one), named(one.path), named(ownerName(one.owner))],
  })
  return {
    title: 'privileges',
    summary: countKinds([...gained.map(() => 'gained'), ...lost.map(() => 'lost')], ['gained', 'lost']),
    columns: ['', 'privilege', 'file', 'of'],
    rows: [...gained.map(row('gained', 'risk')), ...lost.map(row('lost', 'went'))],
    open: true,
  }
}

function privilegeCell({
  kind,
  value,
}: {
  kind: string
  value: string
}): Section['rows'][number]['cells'][number] {
  return kind === 'capabilities' ? named(value) : [`${kind} ${value === '0' ? 'root' : value}`]
}

function factsSection({ facts, agent }: Difference): Section {
  const rows = facts.map(({ fact, old, new: next }): Row => {
    return { tone: 'changed', cells: [[fact], moved(old ?? 'none', next ?? 'none')] }
  })
  const changed = agent === null ? [] : agentRows(agent)
  return { title: 'about', columns: ['', ''], rows: [...rows, ...changed] }
}

function agentRows({ old, new: next }: NonNullable<Difference['agent']>): Row[] {
  const row = (what: string, key: 'version' | 'key'): Row[] => {
    const [a, b] = [old?.[key] ?? 'none', next?.[key] ?? 'none']
    return a === b ? [] : [{ tone: 'changed', cells: [[what], moved(a, b)] }]
  }
  return [...row('agent', 'version'), ...row('key of the agent', 'key')]
}

function packagesSection({ packages }: Difference): Section {
  return {
    title: 'packages',
    summary: countKinds(
      packages.map(({ change }) => change),
      ['new', 'up', 'down', 'rebuilt', 'moved', 'gone'],
    ),
    columns: ['', 'package', 'version', 'installed'],
    rows: packages.map(({ name, change, old, new: next }) => ({
      tone: tones[change] ?? 'changed',
      cells: [
        [change],
        named(name),
        change === 'moved' ? moved(old?.from, next?.from) : moved(old?.version, next?.version),
        [formatChange(old?.installedSize ?? 0, next?.installedSize ?? 0)],
      ],
    })),
  }
}

function imagesSection({ images: { list, layers } }: Difference): Section {
  const sum = (what: string, { count, bytes }: typeof layers.new) =>
    count === 0 ? [] : [`${count} ${what} ${count === 1 ? 'layer' : 'layers'} (${formatBytes(bytes)})`]
  const parts = [...sum('new', layers.new), ...sum('gone', layers.gone)]
  return {
    title: 'images',
    summary: [
      countKinds(
        list.map(({ change }) => (change === 'tag' ? 'of another tag' : change)),
        ['new', 'of another tag', 'moved', 'gone'],
      ),
      ...parts,
    ].join('; '),
    columns: ['', 'image', 'tag', 'digest', 'layers of its own'],
    rows: list.map(({ name, change, old, new: next }) => ({
      tone: change === 'moved' ? 'risk' : (tones[change] ?? 'changed'),
      cells: [
        [change],
        named(name),
        old?.tag === next?.tag ? named(old?.tag ?? '') : moved(old?.tag, next?.tag),
        moved(shortDigest(old?.digest), shortDigest(next?.digest)),
        [formatBytes((next ?? old)?.ownSize ?? 0)],
      ],
    })),
  }
}

function manifestsSection({ manifests }: Difference): Section {
  return {
    title: 'manifests',
    summary: countKinds(
      manifests.map(({ change }) => change),
      ['new', 'changed', 'gone'],
    ),
    columns: ['', 'manifest', 'version'],
    rows: manifests.map(({ name, change, old, new: next }) => ({
      tone: tones[change] ?? 'changed',
      cells: [[change], named(name), moved(...versionsOf(old, next))],
    })),
  }
}

type ManifestState = Difference['manifests'][number]['old']

/** The digest where the tag alone would not show the change. */
function versionsOf(old: ManifestState, next: ManifestState): [string | undefined, string | undefined] {
  const isTold = old === null || next === null || old.tag !== next.tag
  const show = (one: ManifestState) => one && (isTold ? one.tag : `${one.tag} ${one.sha256.slice(0, 12)}`)
  return [show(old) ?? undefined, show(next) ?? undefined]
}

function servicesSection({ services }: Difference): Section {
  const { enabled = [], disabled = [] } = services ?? {}
  const row = (what: string, tone: Tone) => (one: (typeof enabled)[number]) => ({
    tone,
    cells: [[what], named(one.service), named(one.runlevel)],
  })
  return {
    title: 'services',
    summary: countKinds(
      [...enabled.map(() => 'enabled'), ...disabled.map(() => 'disabled')],
      ['enabled', 'disabled'],
    ),
    columns: ['', 'service', 'runlevel'],
    rows: [...enabled.map(row('enabled', 'came')), ...disabled.map(row('disabled', 'went'))],
  }
}

function shortDigest(digest: string | undefined): string | undefined {
  return digest?.replace('sha256:', '').slice(0, 12)
}

/** `openrc` for `package:openrc`. */
function ownerName(owner: string): string {
  return owner.replace(/^package:/, '')
}
