import type { PackedBytes } from '../packed-bytes.ts'
import type { Comparison, Report, ReportedImage, ReportedPackage } from './report.ts'

const mebi = 2 ** 20

/** Bytes of something that is the larger the earlier it comes, and packs to about a third. */
function bytesOf(largest: number, index: number): PackedBytes {
  const unpacked = Math.round(largest / (1 + index) ** 0.9) + 4096
  return { packed: Math.round(unpacked * (0.25 + (index % 5) * 0.05)), unpacked }
}

const licenses = [
  'MIT',
  'Apache-2.0',
  'GPL-2.0-only',
  'BSD-3-Clause',
  'GPL-2.0-or-later AND LGPL-2.1-or-later',
  '',
]
const origins = ['base', 'v3.24/main', 'v3.24/community', 'agent'] as const

/** A report as large as that of a cluster: as many packages and images as are asked for. */
export function aReport({
  packages = 200,
  images = 15,
}: {
  packages?: number
  images?: number
} = {}): Report {
  const listed = Array.from({ length: packages }, (_, index) => aPackage(index))
  const layers = Array.from({ length: images * 4 + 3 }, (_, index) => ({
    digest: `sha256:${index.toString(16).padStart(2, '0').repeat(32)}`,
    bytes: bytesOf(90 * mebi, index),
  }))
  const shared = [0, 1, 2]
  const all = Array.from({ length: images }, (_, index): ReportedImage => {
    const own = [0, 1, 2, 3].map((layer) => 3 + layer * images + index)
    return {
      name: `registry.k8s.io/part-${index % 3}/component-${index}`,
      tag: `v1.36.${index}`,
      digest: `sha256:${index.toString(16).padStart(2, 'a').repeat(32)}`,
      why: index % 2 === 0 ? 'kubeadm' : 'manifest:metallb, extra',
      layers: [...shared.slice(0, 1 + (index % 3)), ...own],
    }
  })
  const rest = ['Overlay, and what scripts wrote', 'Database and settings of apk', 'Records of the images']
  const parts = [...listed, ...layers].map(({ bytes }) => bytes)
  const sum = (what: keyof PackedBytes) => parts.reduce((total, one) => total + one[what], 3 * mebi)
  return {
    rootfs: {
      name: 'kubernetes',
      version: '1.3.0',
      architecture: 'x86_64',
      bytes: { packed: sum('packed'), unpacked: sum('unpacked') },
      blockSize: 2 * mebi,
      facts: [
        { name: 'Base', value: 'Alpine 3.24.2' },
        { name: 'Source date', value: '2026-11-22T12:00:00Z' },
        { name: 'SHA-256', value: 'c0ffee00'.repeat(8) },
      ],
    },
    packages: listed,
    images: all,
    layers: images === 0 ? [] : layers,
    rest: rest.map((name) => ({ name, bytes: { packed: mebi, unpacked: mebi } })),
    bundled: [{ name: 'yaml', version: '2.9.1', license: 'ISC' }],
    comparison: aComparison(),
    steps: [
      { name: 'locks', title: 'Read the locks', seconds: 0.2, outcome: 'done', message: '200 packages' },
      {
        name: 'fetch',
        title: 'Fetch and verify everything',
        seconds: 12.4,
        outcome: 'done',
        message: '231 files',
      },
      { name: 'agent', title: 'Build the agent', seconds: 0, outcome: 'skipped', message: 'there is none' },
      {
        name: 'pack',
        title: 'Pack the rootfs',
        seconds: 48.1,
        outcome: 'done',
        message: '900 MiB to 310 MiB',
      },
    ],
  }
}

function aPackage(index: number): ReportedPackage {
  return {
    name: `package-${index}`,
    version: `${1 + (index % 7)}.${index}.0-r${index % 4}`,
    license: licenses[index % licenses.length] ?? '',
    description: `What number ${index} of the packages is good for`,
    from: origins[index % origins.length] ?? 'base',
    why: index % 3 === 0 ? 'asked for' : `needed by package-${index - 1}`,
    bytes: bytesOf(120 * mebi, index),
  }
}

function aComparison(): Comparison {
  return {
    old: 'kubernetes 1.2.0',
    bytes: { packed: 300 * mebi, unpacked: 900 * mebi },
    sections: [
      {
        title: 'privileges',
        summary: '1 gained',
        columns: ['', 'privilege', 'file', 'of'],
        rows: [
          {
            tone: 'risk',
            cells: [['gained'], ['setuid root'], [{ name: '/usr/bin/doas' }], [{ name: 'doas' }]],
          },
        ],
      },
      {
        title: 'packages',
        summary: '1 new, 1 up, 1 gone',
        columns: ['', 'package', 'version', 'installed'],
        rows: [
          { tone: 'came', cells: [['new'], [{ name: 'doas' }], [{ name: '6.8.2-r6' }], ['+60.0 KiB']] },
          {
            tone: 'changed',
            cells: [
              ['up'],
              [{ name: 'openrc' }],
              [{ name: '0.52-r1' }, ' -> ', { name: '0.52-r2' }],
              ['0 B'],
            ],
          },
          { tone: 'went', cells: [['gone'], [{ name: 'sudo' }], [{ name: '1.9-r0' }], ['-2.0 MiB']] },
        ],
      },
    ],
    notes: ['2 differ in nothing but the time'],
  }
}
