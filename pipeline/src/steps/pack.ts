import { rm } from 'node:fs/promises'
import { packTree } from '../pack/pack-tree.ts'
import { formatBytes } from '../render/amounts.ts'
import { orFileError } from '../store/file-error.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { step } from './step.ts'
import { wslFile } from './write-wsl.ts'

export const pack = step<Build>({
  name: 'pack',
  title: 'Pack the rootfs',
  async run(build, progress) {
    if (build.get('standing').output) return outputStands
    const { outputs, signal } = build
    // What describes or is the former rootfs must not stand beside the new one, should the build be killed in between.
    const { checksum, manifest, spdx, cyclonedx, provenance } = outputs
    for (const file of [checksum, manifest, spdx, cyclonedx, provenance, wslFile(build), build.report])
      await orFileError(file, () => rm(file, { force: true }))
    const { reader } = build.get('installed')
    const { tree } = build.get('rootfs')
    const packed = await packTree(tree, { reader, destination: outputs.rootfs, progress, signal })
    build.set('packed', packed)
    return { done: `${formatBytes(packed.tarSize)} to ${formatBytes(packed.size)}, sha256 ${packed.sha256}` }
  },
})
