import { readFileSync } from 'node:fs'
import { codeOf } from '../control-plane/running.ts'

/** `v1.36.1`: that of the package which brought the program; tests may write another one. */
export function programVersion(program: 'kubeadm' | 'kubelet'): string {
  try {
    return readFileSync(`/usr/lib/kube-doubles/${program}.version`, 'utf8').trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'v1.36.1'
    throw error
  }
}

/** `[1, 36, 1]` */
export function versionParts(version: string): [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/, '').split(/[.+-]/).map(Number)
  return [major, minor, patch]
}
