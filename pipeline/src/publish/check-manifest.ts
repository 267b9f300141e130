import { releaseFiles } from '@kaweezle/release-format/release-files.ts'
import type { RootfsManifest } from '@kaweezle/release-format/rootfs-manifest.ts'
import { z } from 'zod'
import type { FolderFile } from './read-folder.ts'

const described = z.object({ name: z.string(), size: z.int(), sha256: z.string() })

/** All files that a manifest names, whatever they are, with what it says of them. */
const listed = z.object({
  files: z.record(z.string(), described),
  agent: z
    .object({
      key: z.string(),
      packages: z.array(z.object({ file: z.string(), size: z.int(), sha256: z.string() })),
    })
    .partial()
    .nullish(),
})

export interface Described {
  /** Of the manifest, below the folder. */
  readonly path: string
  readonly text: string
  readonly manifest: RootfsManifest
  readonly files: readonly FolderFile[]
}

/** What a manifest says of files that is not so, and which .wsl files are no rootfs of theirs; nothing when all is right. */
export function checkManifest({ path, text, manifest, files }: Described): string[] {
  const own = releaseFiles(manifest.architecture)
  const findings: string[] = []
  if (path !== own.manifest) findings.push(`${path}: it is of ${manifest.architecture}`)
  if (manifest.files.rootfs.name !== own.rootfs)
    findings.push(`${path}: it is of a rootfs named ${manifest.files.rootfs.name}`)
  const result = listed.safeParse(JSON.parse(text))
  if (!result.success) return [...findings, `${path}: what it says of its files cannot be read`]
  const { files: named, agent } = result.data
  const all = [
    ...Object.values(named).map(({ name, ...rest }) => ({ name, ...rest })),
    ...(agent?.packages ?? []).map(({ file, ...rest }) => ({ name: file, ...rest })),
  ]
  for (const { name, size, sha256 } of all) {
    const file = files.find((one) => one.path === name)
    if (file === undefined) findings.push(`${name}: ${path} names it, and it is not there`)
    else if (file.size !== size)
      findings.push(`${name}: it has ${file.size} bytes, and not ${size} as ${path} says`)
    else if (file.sha256 !== sha256) findings.push(`${name}: it has not the sha256 that ${path} says`)
  }
  const { key } = agent ?? {}
  if (key !== undefined && !files.some((one) => one.path === key))
    findings.push(`${key}: ${path} names it, and it is not there`)
  return [...findings, ...files.flatMap((file) => checkWsl(file, files))]
}

/** No manifest names a .wsl file: it is the rootfs of its architecture by another name. */
function checkWsl({ path, sha256 }: FolderFile, files: readonly FolderFile[]): string[] {
  const match = /(\.aarch64)?\.wsl$/.exec(path)
  if (match === null) return []
  const rootfs = `rootfs${match[1] ?? ''}.tar.gz`
  const isRootfs = files.some((one) => one.path === rootfs && one.sha256 === sha256)
  return isRootfs ? [] : [`${path}: it has not the bytes of ${rootfs}`]
}
