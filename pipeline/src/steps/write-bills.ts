import type { RootfsManifest } from '../describe/manifest.ts'
import { buildBill } from '../describe/sbom/build-bill.ts'
import { printCycloneDx } from '../describe/sbom/print-cyclonedx.ts'
import { printSpdx } from '../describe/sbom/print-spdx.ts'
import { commitText } from '../store/commit.ts'
import type { Build } from './build.ts'

/** Writes what the rootfs consists of, in both formats. */
export async function writeBills(build: Build, manifest: RootfsManifest) {
  const agent = build.get('agent')
  const bill = buildBill({
    manifest,
    installed: build.get('installed').packages,
    blobs: build.get('preloaded').images.flatMap(({ layers }) => layers),
    agent,
  })
  return {
    spdx: await commitText(build.outputs.spdx, printSpdx(bill)),
    cyclonedx: await commitText(build.outputs.cyclonedx, printCycloneDx(bill)),
  }
}
