import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { ClusterState } from '../../src/cluster/state.ts'
import { stateStore } from '../../src/cluster/state-store.ts'
import type { Finding } from '../../src/finding.ts'

/** Somebody who asks the program what is wrong. */
export interface Patient extends AsyncDisposable {
  readonly home: string
  readonly kubeconfig: string
  /** Writes what the program knows of its cluster. */
  know(state: ClusterState): Promise<void>
  /** What `kaweezle doctor -o json` finds, in order, and how it ends. */
  doctor(environment?: Readonly<Record<string, string>>): Promise<Diagnosis>
}

export interface Diagnosis {
  readonly status: number | undefined
  readonly findings: readonly Finding[]
  /** The worst that was found under that name. */
  of(name: string): Finding | undefined
}

const order = ['fail', 'warn', 'pass']

export async function patient(environment: Readonly<Record<string, string>>): Promise<Patient> {
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-patient-'))
  const home = join(folder, 'home')
  const kubeconfig = join(folder, 'kubeconfig')
  await mkdir(home)
  await writeFile(kubeconfig, '')
  const program = join(import.meta.dirname, '../../src/main.ts')
  return {
    home,
    kubeconfig,
    know: (state) => stateStore(join(home, 'clusters')).write(state),
    async doctor(more = {}) {
      const { exitCode, stdout, stderr } = await execa(
        process.execPath,
        [program, 'doctor', '-o', 'json', '--name', 'kwsl', '--offline'],
        {
          extendEnv: false,
          env: {
            PATH: process.env['PATH'],
            KAWEEZLE_HOME: home,
            KUBECONFIG: kubeconfig,
            ...environment,
            ...more,
          },
          stdin: 'ignore',
          reject: false,
        },
      )
      if (!stdout.startsWith('{')) throw new Error(`doctor ended with ${exitCode}: ${stderr}`)
      const { findings } = JSON.parse(stdout) as { findings: Finding[] }
      const worst = findings.toSorted(
        (one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict),
      )
      return { status: exitCode, findings, of: (name) => worst.find((one) => one.name === name) }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

/** What a program knows of an installed cluster. */
export function knownCluster(provider: 'docker' | 'wsl', apiPort: number): ClusterState {
  const release = { version: '1.0.0', sha256: 'a'.repeat(64) }
  const current = { rootfs: 'one', release, since: '2026-11-27T00:00:00Z' }
  return { version: 1, name: 'kwsl', provider, apiPort, current }
}

/** Puts an iknite into a machine that says its cluster is ready. */
export const readyAgentScript = `cat >/usr/bin/iknite <<'END'
#!/bin/sh
echo '{"schemaVersion":1,"state":"ready","phase":"ready","agentVersion":"0.0.1"}'
END
`
