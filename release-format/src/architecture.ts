/** What a rootfs is built for, in Alpine's words. */
export const architectures = ['x86_64', 'aarch64'] as const

export type Architecture = (typeof architectures)[number]

const byNodeName: Readonly<Record<string, Architecture>> = { x64: 'x86_64', arm64: 'aarch64' }

/** The architecture for what Node calls `process.arch`; undefined where there is no rootfs for it. */
export function architectureOf(nodeName: string): Architecture | undefined {
  return Object.hasOwn(byNodeName, nodeName) ? byNodeName[nodeName] : undefined
}

export function isArchitecture(text: string): text is Architecture {
  return (architectures as readonly string[]).includes(text)
}
