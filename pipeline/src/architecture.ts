/** The architectures a rootfs can be built for, by Alpine's names. */
export const architectures = ['x86_64', 'aarch64'] as const

export type Architecture = (typeof architectures)[number]

/** Alpine's architecture names by Docker's and Node's. */
export const architectureOfPlatform: Readonly<Record<string, Architecture>> = {
  amd64: 'x86_64',
  x64: 'x86_64',
  arm64: 'aarch64',
}
