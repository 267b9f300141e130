import { type Architecture, architectureOf } from '@kaweezle/release-format/architecture.ts'
import { KaweezleError } from '../../errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The architecture of Windows, and so of WSL, which emulates nothing: not that of a Node which Windows emulates.
 * There, Windows names the real one in PROCESSOR_ARCHITEW6432 for programs of 32 bits; for those of x64 only the name
 * of the processor tells, such as `ARMv8 (64-bit) Family 8 …`.
 * @throws KaweezleError `PROVIDER_UNAVAILABLE`
 */
export function windowsArchitecture(environment: Environment, nodeName: string = process.arch): Architecture {
  const isArm = /^ARM/i.test(environment['PROCESSOR_IDENTIFIER'] ?? '')
  const real = isArm ? 'ARM64' : environment['PROCESSOR_ARCHITEW6432']
  const names: Readonly<Record<string, string>> = { ARM64: 'arm64', AMD64: 'x64' }
  const name = names[real?.toUpperCase() ?? ''] ?? nodeName
  const architecture = architectureOf(name)
  if (architecture !== undefined) return architecture
  throw new KaweezleError('PROVIDER_UNAVAILABLE', `there is no root filesystem for Windows on ${name}`, {
    hint: 'Use a machine with a processor of 64 bits, of Intel, AMD or Arm.',
  })
}
