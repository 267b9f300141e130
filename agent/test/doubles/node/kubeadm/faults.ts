import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readFaults } from '../../control-plane/faults.ts'
import { codeOf } from '../../control-plane/running.ts'
import { KubeadmError } from './failure.ts'

/**
 * `{ "kubeadm": { "certs": { "kill": true, "times": 1 } } }`: by the name of a phase (`certs`) or of a part
 * of one (`certs/apiserver`), or of a command (`upgrade`, `reset`, `certs renew`).
 */
interface PhaseFault {
  /** SIGKILL of kubeadm itself when the phase begins. */
  kill?: boolean
  /** With `kill`: when the phase has been done. */
  end?: boolean
  /** The first file that the phase writes is left with half its content, and then comes SIGKILL. */
  half?: boolean
  /** The phase fails with this message. */
  fail?: string
  /** The phase never ends. */
  hang?: boolean
  /** How often, over all runs of kubeadm. Without it: always. */
  times?: number
}

const counts = '/var/lib/kube-doubles/fired.json'
let halving = false

/** Runs a phase, or part of one, as its faults say. */
export async function phase(name: string, body: () => void | Promise<void>): Promise<void> {
  const fault = readFaults('kubeadm')[name] as PhaseFault | undefined
  const fires = fault !== undefined && mayFire(name, fault)
  if (!fires) return attempt(name, body)
  if (fault.half) halving = true
  else if (fault.fail !== undefined) throw new KubeadmError(`error execution phase ${name}: ${fault.fail}`)
  else if (fault.hang) await hang()
  else if (fault.kill && !fault.end) await killSelf()
  await attempt(name, body)
  if (fault.half || fault.kill) await killSelf()
}

/** For the file about to be written: writes half of it and dies, when such a fault is on. */
export async function writeHalf(write: (half: Buffer) => void, content: Buffer): Promise<void> {
  if (!halving) return
  write(content.subarray(0, content.length >> 1))
  await killSelf()
}

async function attempt(name: string, body: () => void | Promise<void>): Promise<void> {
  try {
    await body()
  } catch (error) {
    if (!(error instanceof KubeadmError) || error.message.startsWith('error execution phase')) throw error
    throw new KubeadmError(`error execution phase ${name}: ${error.message}`, error.status)
  }
}

function mayFire(name: string, { times = Number.POSITIVE_INFINITY }: PhaseFault): boolean {
  const fired = readCounts()
  const count = (fired[name] ?? 0) + 1
  if (count > times) return false
  mkdirSync(dirname(counts), { recursive: true })
  writeFileSync(counts, JSON.stringify({ ...fired, [name]: count }))
  return true
}

function readCounts(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(counts, 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {}
    throw error
  }
}

async function killSelf(): Promise<void> {
  process.kill(process.pid, 'SIGKILL')
  await hang()
}

function hang(): Promise<never> {
  return new Promise(() => setInterval(() => undefined, 1_000_000))
}
