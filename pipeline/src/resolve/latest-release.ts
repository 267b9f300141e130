import { parse } from 'yaml'
import { z } from 'zod'
import type { Architecture } from '../architecture.ts'
import { isSha256, type Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'

/** A minirootfs as Alpine's `latest-releases.yaml` announces it. */
export interface Release {
  readonly branch: string
  readonly version: string
  readonly file: string
  /** Bytes. */
  readonly size: number
  readonly sha256: Sha256
}

const announcement = z.object({
  branch: z.string().regex(/^v\d+\.\d+$/),
  arch: z.string(),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  flavor: z.literal('alpine-minirootfs'),
  file: z.string().regex(/^[\w.-]+\.tar\.gz$/),
  size: z.int().positive(),
  sha256: z.string().refine(isSha256),
})

/**
 * The minirootfs of a `latest-releases.yaml` (a list with one mapping per flavor, as Alpine's release engineering
 * writes it and alpinelinux/docker-alpine reads it).
 * @throws PipelineError `ARCHIVE_INVALID` when it is not of that form, or has none for the architecture.
 */
export function parseLatestRelease(text: string, architecture: Architecture, label: string): Release {
  const found = releases(text, label).find(({ flavor }) => flavor === 'alpine-minirootfs')
  const parsed = announcement.safeParse(found)
  if (parsed.success && parsed.data.arch === architecture) {
    const { branch, version } = parsed.data
    if (`v${version}`.startsWith(`${branch}.`)) return parsed.data
    throw invalid(label, `it announces ${version} as a version of ${branch}`)
  }
  throw invalid(label, `it announces no minirootfs for ${architecture}`)
}

function releases(text: string, label: string): { flavor?: unknown }[] {
  let value: unknown
  try {
    // No aliases: Alpine uses none, and they are how a small file becomes a large value. The library compares
    // every key with every other, and prints its warnings by itself.
    value = parse(text, { maxAliasCount: 0, uniqueKeys: false, logLevel: 'error' })
  } catch (error) {
    throw invalid(label, 'it is not YAML', error)
  }
  const list = z.array(z.looseObject({ flavor: z.unknown() })).safeParse(value)
  if (list.success) return list.data
  throw invalid(label, 'it is not a list of releases')
}

function invalid(label: string, what: string, cause?: unknown): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${label} cannot be used: ${what}`, {
    hint: 'Check that --mirror is an Alpine mirror.',
    cause,
  })
}
