import { expect, test } from 'vitest'
import { architectureOf, isArchitecture } from './architecture.ts'
import { releaseFiles } from './release-files.ts'

test.each([
  ['x64', 'x86_64', 'rootfs.tar.gz', 'rootfs.manifest.json'],
  ['arm64', 'aarch64', 'rootfs.aarch64.tar.gz', 'rootfs.aarch64.manifest.json'],
])('on %s the rootfs is for %s', (nodeName, architecture, rootfs, manifest) => {
  const found = architectureOf(nodeName)
  expect(found).toBe(architecture)
  expect(found && releaseFiles(found)).toEqual({ rootfs, manifest })
})

test.each(['ia32', 'riscv64', '', 'X64', 'toString'])('there is no rootfs for %j', (nodeName) => {
  expect(architectureOf(nodeName)).toBeUndefined()
  expect(isArchitecture(nodeName)).toBe(false)
})
