import { join } from 'node:path'

/** A real Alpine mirror in miniature, laid out as dl-cdn.alpinelinux.org/alpine is. */
export const mirrorFolder: string =
  process.env['KAWEEZLE_TEST_MIRROR'] ?? join(import.meta.dirname, '../../../../shared/alpine')
