import { formatBytes } from '../render/amounts.ts'
import type { Difference, FileDifference, OwnerSum } from './schema.ts'
import { type Cell, countKinds, named, type Row, type Section } from './section.ts'
import { formatChange } from './size-section.ts'

/** The sums of each owner. */
export function filesSection({ files }: Difference): Section {
  const { owners = [], list = [], onlyTimes = 0 } = files ?? {}
  const times = `${onlyTimes} ${onlyTimes === 1 ? 'differs' : 'differ'} in nothing but the time`
  return {
    title: 'files',
    summary: countKinds(
      list.map(({ change }) => change),
      ['added', 'changed', 'removed'],
    ),
    columns: ['of', 'files', 'bytes', 'largest'],
    rows: owners.map((sum): Row => {
      return {
        tone: 'changed',
        cells: [ownerCell(sum.owner), [counts(sum)], [formatChange(0, sum.bytes)], largest(sum)],
      }
    }),
    notes: onlyTimes === 0 ? [] : [times],
  }
}

/** Each file. */
export function fileListSection({ files }: Difference): Section {
  const tones = { added: 'came', removed: 'went', changed: 'changed' } as const
  return {
    title: 'each file',
    columns: ['', 'file', 'of', 'what', 'size'],
    rows: (files?.list ?? []).map((file) => ({
      tone: tones[file.change],
      cells: [[file.change], named(file.path), ownerCell(file.owner), aspectsCell(file), [sizeText(file)]],
    })),
  }
}

/** A package is a name from outside, the others are words of ours. */
function ownerCell(owner: string): Cell {
  const name = /^package:(.*)$/s.exec(owner)?.[1]
  return name === undefined ? [owner] : ['package ', { name }]
}

function counts({ added, changed, removed }: OwnerSum): string {
  const parts = [
    [added, '+'],
    [changed, '~'],
    [removed, '-'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, sign]) => `${sign}${count}`)
    .join(' ')
}

/** In a line for people there is room for a few. */
function largest({ largest: paths }: OwnerSum): Cell {
  return paths
    .slice(0, 2)
    .flatMap(({ path, size }, index) => [index > 0 ? ', ' : '', { name: path }, ` ${formatBytes(size)}`])
}

function aspectsCell({ what, old, new: next }: FileDifference): Cell {
  const details = what.flatMap((aspect): (string | { name: string })[] => {
    if (old === null || next === null) return []
    if (aspect === 'mode') return [`mode ${old.mode} -> ${next.mode}`]
    if (aspect === 'owner') return [`owner ${old.uid}:${old.gid} -> ${next.uid}:${next.gid}`]
    if (aspect === 'type') return [`${old.type} -> ${next.type}`]
    if (aspect === 'target')
      return ['target ', { name: old.target ?? '' }, ' -> ', { name: next.target ?? '' }]
    return [aspect]
  })
  return details.flatMap((part, index) => {
    const follows = index > 0 && typeof part === 'string' && part !== ' -> '
    return follows ? [', ', part] : [part]
  })
}

function sizeText({ old, new: next }: FileDifference): string {
  return old?.size === undefined && next?.size === undefined
    ? ''
    : formatChange(old?.size ?? 0, next?.size ?? 0)
}
