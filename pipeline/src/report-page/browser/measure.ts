import type { PackedBytes } from '../../packed-bytes.ts'

/** What can be measured of a part. */
export type Measure = keyof PackedBytes

export const measureTitles: Readonly<Record<Measure, string>> = { packed: 'Packed', unpacked: 'Unpacked' }
