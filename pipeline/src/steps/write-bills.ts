import type { RootfsManifest } from '../describe/manifest.ts'
import type { Bill } from '../describe/sbom/bill.ts'
import { buildBill } from '../describe/sbom/build-bill.ts'
import { printCycloneDx } from '../describe/sbom/print-cyclonedx.ts'
import { printSpdx } from '../describe/sbom/print-spdx.ts'
import { commitText } from '../store/commit.ts'
import type { Build } from './build.ts'

/** What the rootfs consists of. */
export function billOf(build: Build, manifest: RootfsManifest): Bill {
  return buildBill({
    manifest,
    installed: build.get('installed').packages,
    blobs: build.get('preloaded').images.flatMap(({ layers }) => layers),
    agent: build.get('agent'),
  })
}

/** Writes what the rootfs consists of, in both formats. */
export async function writeBills(build: Build, bill: Bill) {
  return {
    spdx: await commitText(build.outputs.spdx, printSpdx(bill)),
    cyclonedx: await commitText(build.outputs.cyclonedx, printCycloneDx(bill)),
  }
}
