import type * as z from 'zod'
import { parseJson } from '../cluster/parse-text.ts'
import type { Files, Host } from '../host/host.ts'
import {
  configurationPath,
  dataFolder,
  dataLinks,
  etcdFolder,
  journalPath,
  recordPath,
} from '../kubeadm/paths.ts'
import { journalSchema, recordSchema } from '../kubeadm/record.ts'
import type { DataState } from '../plan/snapshot.ts'
import { observeUnmounted } from './unmounted.ts'

/** What is in the data folder, and whether programs find it there. */
export async function observeData(host: Host): Promise<DataState> {
  const { files } = host
  const [unmounted, links, record, journal, etcd, configuration, freeBytes] = await Promise.all([
    observeUnmounted(host),
    Promise.all(
      Object.entries(dataLinks).map(
        async ([path, target]) => [path, await observeLink(files, path, target)] as const,
      ),
    ),
    readJson(files, recordPath, recordSchema),
    readJson(files, journalPath, journalSchema),
    files.stat(`${etcdFolder}/member`),
    files.read(configurationPath),
    files.freeBytes(dataFolder),
  ])
  return {
    unmounted,
    links: Object.fromEntries(links),
    record,
    journal,
    hasEtcd: etcd !== undefined,
    configuration,
    freeBytes,
  }
}

async function observeLink(files: Files, path: string, target: string): Promise<DataState['links'][string]> {
  const [found, led] = await Promise.all([files.stat(path), files.stat(target)])
  if (found === undefined) return 'missing'
  if (found.type === 'folder') return 'folder'
  if (found.type !== 'link' || found.target !== target) return 'other'
  // A link to nowhere is of no use: nothing can be made through it.
  return led?.type === 'folder' ? 'right' : 'missing'
}

async function readJson<T>(
  files: Files,
  path: string,
  schema: z.ZodType<T>,
): Promise<T | undefined | 'unreadable'> {
  const text = await files.read(path)
  return text === undefined ? undefined : (parseJson(text, schema) ?? 'unreadable')
}
