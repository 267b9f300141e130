import { join } from 'node:path'
import { build } from 'esbuild'

/** Where the doubles' one file is inside a guest. */
export const doublesPath = '/usr/lib/kube-doubles/doubles.cjs'

/** What is a double, by the path that the genuine package has it at. */
export const doublePrograms = ['kubeadm', 'kubelet', 'crio', 'crictl'] as const

let bundling: Promise<string> | undefined

/** All doubles in one file, which runs the one that its first argument names. */
export function bundleDoubles(): Promise<string> {
  bundling ??= bundle()
  return bundling
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../doubles/node/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    minifySyntax: true,
    minifyWhitespace: true,
    write: false,
    logLevel: 'silent',
  })
  const [output] = outputFiles
  if (output === undefined) throw new Error('esbuild wrote nothing')
  return output.text
}

/** What is at `/usr/bin/NAME`: the name stays what `ps` and /proc/PID/cmdline show. */
export function doubleScript(name: string, runtime: string): string {
  return `#!/bin/sh\nexec -a "$0" ${runtime} ${doublesPath} ${name} "$@"\n`
}
